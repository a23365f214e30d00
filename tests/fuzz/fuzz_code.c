/* SPDX-License-Identifier: MIT */
/*
 * Fuzzes the choice of probe sites in the code of a function. The first byte selects the machine and the Go
 * release, the second selects the registers that carry the function's arguments.
 */
#include <elf.h>

#include "begin_site.h"
#include "call_site.h"
#include "fuzz.h"
#include "memory_file.h"
#include "return_sites.h"
#include "site.h"
#include "spill_site.h"

enum { IS_ARM64 = 1, IS_OLD = 2 };
enum { CALLEE_DISTANCE = 0x100, MAX_STACK = 1 << 24, ARGUMENT_WORDS = 4 };

static bool is_within(const struct function *function, uint64_t address, uint64_t file_offset)
{
	return address >= function->entry && address < function->end &&
	       file_offset == address - CONTENT_ADDRESS + CONTENT_OFFSET;
}

static void check_begin(enum machine machine, const struct function *function,
			const struct site *site)
{
	HOLDS(is_within(function, site->address, site->file_offset));
	HOLDS(site->kind == SITE_STACK_CHECK || site->kind == SITE_ENTRY);
	HOLDS((site->kind == SITE_ENTRY) == !(site->skip_if_set | site->skip_if_clear));
	/*
	 * On arm64 the site may also be behind instructions that Go may repeat. x86-64 has no such
	 * instructions.
	 */
	HOLDS(site->kind == SITE_STACK_CHECK || site->address == function->entry ||
	      machine == MACHINE_ARM64);
	HOLDS(site->stack_drop == 0);
}

static void check_spill_site(const struct image *image, const struct function *function,
			     const struct site *begin, const struct argument_use *use)
{
	struct spill_site spill;
	int held = 0;

	if (spill_site_find(image, function, begin, use, &spill, NULL) < 0)
		return;
	HOLDS(is_within(function, spill.site.address, spill.site.file_offset));
	HOLDS(spill.site.kind == SITE_AFTER_SPILL && spill.site.address > begin->address);
	HOLDS(spill.site.stack_drop < MAX_STACK);
	for (size_t i = 0; i < SPILL_SITE_MAX_FLOATS; i++) {
		const struct held *place = &spill.floats[i];

		held += use->floats >> i & 1 && place->holder != HOLDER_NONE;
		if (place->holder == HOLDER_STACK)
			HOLDS(place->offset > -MAX_STACK && place->offset < MAX_STACK);
	}
	HOLDS(held > 0);
}

static void check_returns(const struct image *image, const struct convention *convention,
			  const struct function *function)
{
	struct return_sites returns;

	if (return_sites_find(image, convention, function, &returns, NULL) < 0)
		return;
	HOLDS(returns.count > 0 && returns.count <= function->end - function->entry);
	HOLDS(is_within(function, returns.first.address, returns.first.file_offset));
	HOLDS(returns.first.file_offset == returns.file_offsets[0]);
	for (size_t i = 1; i < returns.count; i++)
		HOLDS(returns.file_offsets[i] > returns.file_offsets[i - 1] &&
		      returns.file_offsets[i] < function->end - CONTENT_ADDRESS + CONTENT_OFFSET);
	return_sites_release(&returns);
}

static void check_calls(const struct image *image, const struct convention *convention,
			const struct function *function)
{
	const struct function callee = { "main.g", function->entry + CALLEE_DISTANCE,
					 function->entry + CALLEE_DISTANCE + 1 };
	int count = call_site_count(image, function, &callee, NULL);
	struct site site;

	for (enum site_kind kind = SITE_CALL; kind <= SITE_AFTER_CALL; kind++) {
		if (call_site_find(image, convention, function, &callee, kind, &site, NULL) < 0)
			continue;
		HOLDS(count == 1 && site.kind == kind);
		HOLDS(is_within(function, site.address, site.file_offset));
	}
}

static void check_function(const struct image *image, const struct convention *convention,
			   const struct function *function, uint8_t arguments)
{
	struct argument_use use = {
		.integers = (arguments >> 4) * 0x111u,
		.floats = arguments & 0xf,
		.stack_end = arguments % ARGUMENT_WORDS * 8u,
	};
	struct site begin;

	check_returns(image, convention, function);
	check_calls(image, convention, function);
	if (begin_site_find(image, convention, function, &begin, NULL) < 0)
		return;
	check_begin(image_machine(image), function, &begin);
	check_spill_site(image, function, &begin, &use);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct go_version version = { .text = "go1.24" };
	struct content content = { 0 };
	struct memory_file file;
	struct image *image;

	if (size < 2)
		return 0;
	version.number = data[0] & IS_OLD ? GO_VERSION(15, 0) : GO_VERSION(24, 0);
	content.machine = data[0] & IS_ARM64 ? EM_AARCH64 : EM_X86_64;
	content.data = data + 2;
	content.size = size - 2;
	memory_file_around(&file, &content);
	HOLDS(image_open(file.path, &image, NULL) == 0);
	check_function(image, convention_of(image_machine(image), &version),
		       &(struct function){ "main.f", CONTENT_ADDRESS,
					   CONTENT_ADDRESS + content.size },
		       data[1]);
	image_close(image);
	memory_file_close(&file);
	return 0;
}
