/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_CAPTURE_WARNINGS_H
#define GOHTTPSNOOP_CORE_CAPTURE_WARNINGS_H

#include "probe_set.h"
#include "warning_listener.h"

/* Reports the user's captures that are null in requests of this binary: each once, by the user's name for it. */
void capture_warn(const struct probe_set *probe_set, const struct warning_listener *listener);

#endif
