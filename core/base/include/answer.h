/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_ANSWER_H
#define GOHTTPSNOOP_CORE_ANSWER_H

/* The answer to a question that may stay open, because a file is not readable or a call is not permitted. */
enum answer { ANSWER_UNKNOWN, ANSWER_NO, ANSWER_YES };

#endif
