/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_TERMINAL_WIDTH_H
#define GOHTTPSNOOP_CORE_TERMINAL_WIDTH_H

#include <stddef.h>

/* Returns how many columns the terminal has that the file descriptor is open on; 0 if it is not open on one. */
size_t terminal_width(int descriptor);

#endif
