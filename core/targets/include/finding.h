/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_FINDING_H
#define GOHTTPSNOOP_CORE_FINDING_H

#include <stdint.h>

#include "process.h"

struct target;

/* The result of inspecting a process. */
struct finding {
	struct target *attached; /* the target that the process is from now on; or NULL */
	struct target *ended; /* the target that it was until now, which is to be removed; or NULL */
	uint32_t vanished;    /* its process id if it ended before it could be inspected; or 0 */
	uint32_t unwanted; /* its process id if it is not to be traced; or 0; and the file that it runs */
	struct file_identity unwanted_file;
};

#endif
