/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_OPAQUE_LIBRARIES_H
#define GOHTTPSNOOP_CORE_OPAQUE_LIBRARIES_H

#include "opaque.h"

/* The types of HTTP libraries, and of libraries that they use, whose contents are never shown. */
extern const struct opaque_rules opaque_libraries;

#endif
