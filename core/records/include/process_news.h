/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_PROCESS_NEWS_H
#define GOHTTPSNOOP_CORE_PROCESS_NEWS_H

#include <stdint.h>

#include "contract.h"

/* Something a process did that may make it a target. */
struct process_news {
	enum record_kind kind; /* RECORD_EXEC or RECORD_LISTEN */
	uint32_t pid;
	uint16_t port;
};

#endif
