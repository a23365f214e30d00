/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_PROCESS_NOTIFICATION_H
#define GOHTTPSNOOP_CORE_PROCESS_NOTIFICATION_H

#include <stdint.h>

#include "contract.h"

/* A notification of the eBPF side about a process that may become a target. */
struct process_notification {
	enum record_kind kind; /* RECORD_EXEC or RECORD_LISTEN */
	uint32_t pid;
	uint16_t port; /* LISTEN: the TCP port; otherwise 0 */
};

#endif
