/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_OTLP_ENDPOINT_H
#define GOHTTPSNOOP_CORE_OTLP_ENDPOINT_H

#include <stddef.h>

#include "error.h"

enum {
	OTLP_MOST_URL = 1024, /* bytes */
	OTLP_MOST_HEADERS = 32,
};

enum otlp_signals { OTLP_TRACES_AND_METRICS, OTLP_TRACES, OTLP_METRICS };

/* A receiver of OTLP over HTTP. A zeroed struct is none. */
struct otlp_endpoint {
	const char *text;		  /* as the user wrote it; NULL: there is no receiver */
	char url[OTLP_MOST_URL + 1];	  /* the same without a slash at its end */
	char *headers[OTLP_MOST_HEADERS]; /* "Name: value" */
	size_t header_count;
	enum otlp_signals signals; /* that it gets */
	const char *ca_file;	   /* the certificates to trust instead of the system's, or NULL */
};

/*
 * Parses http://HOST[:PORT][/PATH] or https://…; `text` must outlive the endpoint. -EINVAL, with an error that says what is
 * expected. A name and a password in the URL are refused, because every user of the machine can read command lines.
 */
int otlp_endpoint_parse(const char *text, struct otlp_endpoint *ret_endpoint, struct error *err);

/*
 * Adds headers from "name=value,name=value" with percent-encoded values, as OTEL_EXPORTER_OTLP_HEADERS has them. -EINVAL, with
 * an error that shows no value, or -ENOMEM.
 */
int otlp_endpoint_add_headers(struct otlp_endpoint *endpoint, const char *text, struct error *err);

/* Parses traces or metrics, if the endpoint is to get nothing else; -EINVAL. */
int otlp_endpoint_limit(struct otlp_endpoint *endpoint, const char *text, struct error *err);

void otlp_endpoint_finish(struct otlp_endpoint *endpoint);

#endif
