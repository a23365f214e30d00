/* SPDX-License-Identifier: MIT */
#include "otlp_option.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Returns a variable of the environment; NULL if it is not set, or empty. */
static const char *variable(const char *name)
{
	const char *value = getenv(name);

	return value && *value ? value : NULL;
}

static int take_certificates(struct otlp_endpoint *endpoint, struct error *err)
{
	endpoint->ca_file = variable("OTEL_EXPORTER_OTLP_CERTIFICATE");
	if (!endpoint->ca_file || access(endpoint->ca_file, R_OK) == 0)
		return 0;
	error_subject(err, "OTEL_EXPORTER_OTLP_CERTIFICATE");
	return error_fail(err, -errno, "the file %s cannot be read: %s", endpoint->ca_file,
			  strerror(errno));
}

int otlp_option(const char *url, struct otlp_endpoint *endpoint, struct error *err)
{
	const char *headers = variable("OTEL_EXPORTER_OTLP_HEADERS");
	int r;

	if (endpoint->text)
		return error_fail(err, -EINVAL, "--otlp can be given once");
	r = otlp_endpoint_parse(url, endpoint, err);
	if (r < 0) {
		error_subject(err, "--otlp");
		return r;
	}
	if (headers)
		r = otlp_endpoint_add_headers(endpoint, headers, err);
	return r < 0 ? r : take_certificates(endpoint, err);
}

int otlp_only_option(const char *text, struct otlp_endpoint *endpoint, struct error *err)
{
	int r = otlp_endpoint_limit(endpoint, text, err);

	if (r < 0)
		error_subject(err, "--otlp-only %s", text);
	return r;
}
