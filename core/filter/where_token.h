/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_CORE_WHERE_TOKEN_H
#define GOHTTPSNOOP_CORE_WHERE_TOKEN_H

#include <stddef.h>

/* The words of a condition (where.h). */
enum where_token_kind {
	TOKEN_END,
	TOKEN_NAME,	   /* also `and`, `or`, `not`, `true`, `false`, `null` */
	TOKEN_NUMBER,	   /* 7, -7, 0.5, 1e6 */
	TOKEN_STRING,	   /* in single or double quotes */
	TOKEN_SIGN,	   /* an operator, a bracket or a dot */
	TOKEN_OPEN_STRING, /* a string without its end */
	TOKEN_WRONG,	   /* a byte that begins no word */
};

struct where_token {
	enum where_token_kind kind;
	const char *text; /* a view into the condition */
	size_t size;
};

/* Returns the word that begins at `text`, behind white space. */
struct where_token where_token_read(const char *text);

/* Returns whether the word is this name or sign. */
int where_token_is(const struct where_token *token, const char *word);

#endif
