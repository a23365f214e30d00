/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_ANSWER_H
#define GOHTTPSNOOP_CORE_ANSWER_H

/* To a question that cannot always be settled: a file is not readable, a call is not permitted. */
enum answer { ANSWER_UNKNOWN, ANSWER_NO, ANSWER_YES };

#endif
