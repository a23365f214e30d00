/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_KERNEL_CONFIG_H
#define GOHTTPSNOOP_CORE_KERNEL_CONFIG_H

#include <stddef.h>

#include "answer.h"

/* Whether the kernel was built with an option, such as "CONFIG_PREEMPT". */
struct kernel_config_question {
	const char *option;
	enum answer answer;
};

/*
 * Answers all questions from the configuration of the kernel of this release (/proc/config.gz or
 * /boot/config-RELEASE). Without a readable file the answers stay unknown.
 */
void kernel_config_answer(const char *release, struct kernel_config_question *questions,
			  size_t count);

/* Reads one line of such a file, and answers the question that it concerns, if any. */
void kernel_config_read_line(const char *line, struct kernel_config_question *questions,
			     size_t count);

#endif
