/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_CAPTURE_WARNINGS_H
#define GOHTTPSNOOP_CORE_CAPTURE_WARNINGS_H

#include "survey.h"
#include "survey_listener.h"

/* Tells what was asked for of each request and cannot be known in this binary: once, as the user named it. */
void capture_warn(const struct survey *survey, const struct survey_listener *listener);

#endif
