/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_CAPTURE_WARNINGS_H
#define GOHTTPSNOOP_CORE_CAPTURE_WARNINGS_H

#include "probe_set.h"
#include "warning_listener.h"

/* Tells what was asked for of each request and cannot be known in this binary: once, as the user named it. */
void capture_warn(const struct probe_set *probe_set, const struct warning_listener *listener);

#endif
