/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_SURVEY_WARNINGS_H
#define GOHTTPSNOOP_CORE_SURVEY_WARNINGS_H

#include "survey.h"
#include "survey_listener.h"

/* Tells what will be missing, and why, of what can be traced: once for each binary. */
void survey_warn(const struct survey *survey, const struct survey_listener *listener);

#endif
