/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_PART_OPTIONS_H
#define GOHTTPSNOOP_CORE_PART_OPTIONS_H

#include <uv.h>

#include "discovery.h"
#include "kernel.h"
#include "outputs.h"
#include "session_options.h"

/* The options of the parts of a session, as far as the user's options decide them. */
struct kernel_options kernel_options_of(const struct session_options *options);
struct discovery_rules watch_rules_of(const struct session_options *options);
struct outputs_options outputs_options_of(const struct session_options *options, uv_loop_t *loop);

#endif
