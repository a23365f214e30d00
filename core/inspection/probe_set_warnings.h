/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_PROBE_SET_WARNINGS_H
#define GOHTTPSNOOP_CORE_PROBE_SET_WARNINGS_H

#include "probe_set.h"
#include "warning_listener.h"

/* Reports what will be missing, and why, in events of what can be traced: once for each binary. */
void probe_set_warn(const struct probe_set *probe_set, const struct warning_listener *listener);

#endif
