/* SPDX-License-Identifier: MIT */
#include "where_token.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static bool is_decimal(char byte)
{
	return byte >= '0' && byte <= '9';
}

static bool is_letter(char byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || byte == '_' ||
	       (unsigned char)byte >= 0x80;
}

static size_t size_of_name(const char *text)
{
	size_t size = 1;

	while (is_letter(text[size]) || is_decimal(text[size]))
		size++;
	return size;
}

static size_t digits_at(const char *text)
{
	size_t size = 0;

	while (is_decimal(text[size]))
		size++;
	return size;
}

/* Returns the size of ".5" or "e-6" at `text`; 0 if there is no digit in it. */
static size_t size_of_part(const char *text, size_t sign_size)
{
	size_t digits = digits_at(text + sign_size);

	return digits ? sign_size + digits : 0;
}

/* JSON's numbers, of which "-" is a part. */
static size_t size_of_number(const char *text)
{
	size_t size = (text[0] == '-') + digits_at(text + (text[0] == '-'));

	if (text[size] == '.')
		size += size_of_part(text + size, 1);
	if (text[size] == 'e' || text[size] == 'E')
		size += size_of_part(text + size,
				     1 + (text[size + 1] == '-' || text[size + 1] == '+'));
	return size;
}

/* Returns the size with both quotes; 0 if the second one is missing. */
static size_t size_of_string(const char *text)
{
	for (size_t size = 1; text[size]; size++) {
		if (text[size] == text[0])
			return size + 1;
		if (text[size] == '\\' && text[size + 1])
			size++;
	}
	return 0;
}

static size_t size_of_sign(const char *text)
{
	static const char *const signs[] = { "==", "!=", "<=", ">=", "<", ">",
					     "~",  "(",	 ")",  "[",  "]", "." };

	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
		if (strncmp(text, signs[i], strlen(signs[i])) == 0)
			return strlen(signs[i]);
	}
	return 0;
}

struct where_token where_token_read(const char *text)
{
	struct where_token token = { .kind = TOKEN_END };

	text += strspn(text, " \t\n");
	token.text = text;
	if (!*text)
		return token;
	if (is_letter(*text)) {
		token.kind = TOKEN_NAME;
		token.size = size_of_name(text);
	} else if (is_decimal(*text) || (*text == '-' && is_decimal(text[1]))) {
		token.kind = TOKEN_NUMBER;
		token.size = size_of_number(text);
	} else if (*text == '"' || *text == '\'') {
		token.size = size_of_string(text);
		token.kind = token.size ? TOKEN_STRING : TOKEN_OPEN_STRING;
	} else {
		token.size = size_of_sign(text);
		token.kind = token.size ? TOKEN_SIGN : TOKEN_WRONG;
	}
	return token;
}

int where_token_is(const struct where_token *token, const char *word)
{
	return (token->kind == TOKEN_NAME || token->kind == TOKEN_SIGN) &&
	       token->size == strlen(word) && memcmp(token->text, word, token->size) == 0;
}
