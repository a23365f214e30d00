/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CMD_OTLP_OPTION_H
#define GOHTTPSNOOP_CMD_OTLP_OPTION_H

#include "otlp_endpoint.h"

/*
 * --otlp: takes the URL, of which the endpoint keeps a view, and from the environment the headers and the certificates, because
 * every user can read command lines. The caller finishes the endpoint. -EINVAL, -ENOMEM.
 */
int otlp_option(const char *url, struct otlp_endpoint *endpoint, struct error *err);

/* --otlp-only: -EINVAL. */
int otlp_only_option(const char *text, struct otlp_endpoint *endpoint, struct error *err);

#endif
