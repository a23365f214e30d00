/* SPDX-License-Identifier: MIT */
#include "header_name.h"

#include <ctype.h>
#include <stdbool.h>

void header_name_canonicalize(char *name)
{
	bool begins = true;

	for (; *name; name++) {
		unsigned char byte = (unsigned char)*name;

		*name = (char)(begins ? toupper(byte) : tolower(byte));
		begins = byte == '-';
	}
}
