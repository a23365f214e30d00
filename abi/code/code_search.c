/* SPDX-License-Identifier: MIT */
#include "code_search.h"

#include <errno.h>

#include "minimum.h"

int code_search_open(struct code_search *search, const struct image *image,
		     const struct function *function, struct error *err)
{
	*search = (struct code_search){ .image = image, .function = function };
	if (function->entry >= function->end)
		return error_fail(err, -EBADMSG, "function %s is empty", function->name);
	return disassembler_open(image_machine(image), &search->disassembler, err);
}

void code_search_close(struct code_search *search)
{
	disassembler_close(search->disassembler);
}

int code_search_load(const struct code_search *search, uint64_t address, uint64_t size,
		     struct buffer *ret_code, struct error *err)
{
	uint64_t left = search->function->end - address;

	return image_load(search->image, address, minimum(size, left), ret_code, err);
}

int code_search_load_function(const struct code_search *search, struct buffer *ret_code,
			      struct error *err)
{
	const struct function *function = search->function;

	if (function->end - function->entry > CODE_SEARCH_ALL)
		return error_fail(err, -E2BIG, "function %s is larger than %d bytes",
				  function->name, CODE_SEARCH_ALL);
	return code_search_load(search, function->entry, CODE_SEARCH_ALL, ret_code, err);
}

int code_search_check_end(const struct code_search *search, struct error *err)
{
	if (disassembler_is_done(search->disassembler))
		return 0;
	return error_fail(err, -EBADMSG, "function %s contains an unknown instruction",
			  search->function->name);
}

int code_search_file_offset(const struct code_search *search, struct site *site, struct error *err)
{
	if (image_file_offset(search->image, site->address, &site->file_offset))
		return 0;
	return error_fail(err, -EBADMSG, "function %s is not in an executable segment",
			  search->function->name);
}
