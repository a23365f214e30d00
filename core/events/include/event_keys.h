/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_EVENT_KEYS_H
#define GOHTTPSNOOP_CORE_EVENT_KEYS_H

/* The keys of requests and calls in JSON (docs/events.schema.json), with NULL at the end. */
extern const char *const event_keys[];

#endif
