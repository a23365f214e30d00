/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_TESTS_REQUEST_EVENT_H
#define GOHTTPSNOOP_TESTS_REQUEST_EVENT_H

#include "event.h"

/* A request of process 7, shop, of which nothing is known but its path: a view, which has to outlive the event. */
struct event request_event_of(const char *path);

#endif
