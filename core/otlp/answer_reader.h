/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_ANSWER_READER_H
#define GOHTTPSNOOP_CORE_ANSWER_READER_H

#include "bytes.h"

/*
 * Reads what a receiver answered, which may be any bytes. The number of items that it did not accept; `key` is rejectedSpans or
 * rejectedDataPoints. 0 if the answer does not say so.
 */
uint64_t answer_rejected(struct bytes answer, const char *key);

/* Copies the message of an answer, of errors and of what was rejected; empty if there is none. */
void answer_message(struct bytes answer, char *text, size_t size);

#endif
