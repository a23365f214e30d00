/* SPDX-License-Identifier: MIT */
#include "return_sites.h"

#include <errno.h>
#include <stdlib.h>

#include "code_search.h"

enum { MAX_RETURNS = 1024 };

static int add_return(const struct code_search *search, uint64_t address,
		      struct return_sites *sites, struct error *err)
{
	struct site site = { .kind = SITE_RETURN, .address = address };
	int r = code_search_file_offset(search, &site, err);

	if (r < 0)
		return r;
	if (sites->count == MAX_RETURNS)
		return error_fail(err, -E2BIG, "function %s returns in more than %d places",
				  search->function->name, MAX_RETURNS);
	if (sites->count == 0)
		sites->first = site;
	sites->file_offsets[sites->count++] = site.file_offset;
	return 0;
}

/* Returns whether the instruction jumps to another function, which then returns in place of this one. */
static bool leaves(const struct code_search *search, const struct instruction *instruction)
{
	bool jumps = instruction->kind == INSTRUCTION_JUMP ||
		     instruction->kind == INSTRUCTION_CONDITIONAL_JUMP;

	return jumps && instruction->has_target &&
	       (instruction->target < search->function->entry ||
		instruction->target >= search->function->end);
}

static int collect_returns(const struct code_search *search, struct bytes code,
			   struct return_sites *sites, struct error *err)
{
	struct instruction instruction;
	int r = 0;

	disassembler_start(search->disassembler, code, search->function->entry);
	while (r == 0 && disassembler_next(search->disassembler, &instruction)) {
		if (instruction.kind == INSTRUCTION_RETURN)
			r = add_return(search, instruction.address, sites, err);
		else if (leaves(search, &instruction))
			r = error_fail(err, -ENOENT,
				       "function %s jumps to another function instead of returning",
				       search->function->name);
	}
	if (r == 0)
		r = code_search_check_end(search, err);
	if (r == 0 && sites->count == 0)
		return error_fail(err, -ENOENT, "function %s never returns",
				  search->function->name);
	return r;
}

int return_sites_find(const struct image *image, const struct convention *convention,
		      const struct function *function, struct return_sites *ret_sites,
		      struct error *err)
{
	struct return_sites sites = { .file_offsets = calloc(MAX_RETURNS, sizeof(uint64_t)) };
	struct code_search search;
	struct buffer code;
	int r;

	if (!sites.file_offsets)
		return error_fail(err, -ENOMEM, "out of memory");
	r = code_search_open(&search, image, function, err);
	if (r == 0) {
		r = code_search_load_function(&search, &code, err);
		if (r == 0) {
			r = collect_returns(&search, buffer_bytes(&code), &sites, err);
			buffer_release(&code);
		}
		code_search_close(&search);
	}
	if (r < 0) {
		return_sites_release(&sites);
		return r;
	}
	sites.first.goroutine_register = convention->goroutine_register;
	*ret_sites = sites;
	return 0;
}

void return_sites_release(struct return_sites *sites)
{
	free(sites->file_offsets);
	*sites = (struct return_sites){ 0 };
}
