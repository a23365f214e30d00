/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_HEADER_NAME_H
#define GOHTTPSNOOP_CORE_HEADER_NAME_H

/* Rewrites the name of an HTTP header as Go's net/textproto does: content-type becomes Content-Type. */
void header_name_canonicalize(char *name);

#endif
