/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_OUTCOME_NAME_H
#define GOHTTPSNOOP_CORE_OUTCOME_NAME_H

#include "event.h"

/* The name of an outcome in JSON: "hijacked". */
const char *outcome_name(enum outcome outcome);

#endif
