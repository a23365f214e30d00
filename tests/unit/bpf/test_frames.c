/* SPDX-License-Identifier: MIT */
/*
 * Checks that no function of the eBPF object has a frame above 48 bytes. For larger frames the kernel gives a
 * program a stack that several hits share (bpf/frame.bpf.h). Command line: [--without COMPILER]... OBJECT...
 */
#include <elf.h>
#include <linux/bpf.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum {
	LARGEST_FRAME = 48,
	LARGEST_OBJECT = 16 << 20,
	REGISTERS = 16, /* as the encoding has them; eBPF uses eleven */
};

/*
 * Returns the lowest byte below the frame pointer that the instructions store, load, or take the address of.
 */
static int frame_size(const struct bpf_insn *instructions, size_t count)
{
	bool is_frame_pointer[REGISTERS] = { [BPF_REG_10] = true };
	int deepest = 0;

	for (size_t i = 0; i < count; i++) {
		const struct bpf_insn *instruction = &instructions[i];
		uint8_t class = BPF_CLASS(instruction->code);
		bool is_load = class == BPF_LDX;
		bool is_store = class == BPF_ST || class == BPF_STX;
		int depth = 0;

		if (instruction->code == (BPF_ALU64 | BPF_ADD | BPF_K) &&
		    is_frame_pointer[instruction->dst_reg])
			depth = -instruction->imm;
		else if (is_load && is_frame_pointer[instruction->src_reg])
			depth = -instruction->off;
		else if (is_store && is_frame_pointer[instruction->dst_reg])
			depth = -instruction->off;
		if (depth > deepest)
			deepest = depth;
		if (instruction->code == (BPF_ALU64 | BPF_MOV | BPF_X))
			is_frame_pointer[instruction->dst_reg] = instruction->src_reg == BPF_REG_10;
		else if (!is_store && instruction->dst_reg != BPF_REG_10)
			is_frame_pointer[instruction->dst_reg] = false;
	}
	return deepest;
}

/* ---- the object ---- */

struct object {
	union {
		char *bytes;
		const Elf64_Ehdr *header;
	};
	const Elf64_Shdr *sections;
};

static struct object read_object(const char *path)
{
	FILE *file = fopen(path, "rb");
	struct object object = { .bytes = malloc(LARGEST_OBJECT) };
	size_t size;

	assert_non_null(file);
	assert_non_null(object.bytes);
	size = fread(object.bytes, 1, LARGEST_OBJECT, file);
	fclose(file);
	assert_in_range(size, sizeof(Elf64_Ehdr), LARGEST_OBJECT - 1);
	assert_int_equal(object.header->e_machine, EM_BPF);
	object.sections = (const void *)(object.bytes + object.header->e_shoff);
	return object;
}

static const Elf64_Shdr *find_symbols(const struct object *object)
{
	for (int i = 0; i < object->header->e_shnum; i++) {
		if (object->sections[i].sh_type == SHT_SYMTAB)
			return &object->sections[i];
	}
	return NULL;
}

static int function_frame(const struct object *object, const Elf64_Sym *symbol)
{
	const char *code = object->bytes + object->sections[symbol->st_shndx].sh_offset;

	return frame_size((const void *)(code + symbol->st_value),
			  symbol->st_size / sizeof(struct bpf_insn));
}

static void keeps_frames_small(void **state)
{
	struct object object = read_object(*state);
	const Elf64_Shdr *symbols = find_symbols(&object);
	const Elf64_Sym *symbol;
	const char *names;
	int functions = 0, too_large = 0;

	assert_non_null(symbols);
	symbol = (const void *)(object.bytes + symbols->sh_offset);
	names = object.bytes + object.sections[symbols->sh_link].sh_offset;
	for (size_t i = 0; i < symbols->sh_size / sizeof(*symbol); i++, symbol++) {
		int frame;

		if (ELF64_ST_TYPE(symbol->st_info) != STT_FUNC)
			continue;
		frame = function_frame(&object, symbol);
		print_message("%s: %s: frame of %d bytes\n", (const char *)*state,
			      names + symbol->st_name, frame);
		functions++;
		too_large += frame > LARGEST_FRAME;
	}
	free(object.bytes);
	/* The object contains at least its programs. */
	assert_in_range(functions, 8, 1000);
	assert_int_equal(too_large, 0);
}

/* ---- tests of frame_size() ---- */

#define INSTRUCTION(operation, to, from, offset, immediate)                               \
	{                                                                                 \
		.code = (operation), .dst_reg = (to), .src_reg = (from), .off = (offset), \
		.imm = (immediate)                                                        \
	}
#define FRAME_OF(...)                                        \
	frame_size((const struct bpf_insn[]){ __VA_ARGS__ }, \
		   sizeof((const struct bpf_insn[]){ __VA_ARGS__ }) / sizeof(struct bpf_insn))

static void measures_what_is_below_the_frame_pointer(void **state)
{
	const struct bpf_insn store =
		INSTRUCTION(BPF_STX | BPF_MEM | BPF_DW, BPF_REG_10, BPF_REG_1, -64, 0);
	const struct bpf_insn load =
		INSTRUCTION(BPF_LDX | BPF_MEM | BPF_W, BPF_REG_1, BPF_REG_10, -52, 0);
	const struct bpf_insn copy =
		INSTRUCTION(BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_2, BPF_REG_10, 0, 0);
	const struct bpf_insn add = INSTRUCTION(BPF_ALU64 | BPF_ADD | BPF_K, BPF_REG_2, 0, 0, -56);
	const struct bpf_insn other =
		INSTRUCTION(BPF_STX | BPF_MEM | BPF_DW, BPF_REG_6, BPF_REG_1, -100, 0);

	assert_int_equal(FRAME_OF(store), 64);
	assert_int_equal(FRAME_OF(load), 52);
	assert_int_equal(FRAME_OF(copy, add), 56);
	assert_int_equal(FRAME_OF(add, other), 0);
}

static int run(const struct CMUnitTest test)
{
	const struct CMUnitTest tests[] = { test };

	return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(int count, char **arguments)
{
	int failed =
		run((struct CMUnitTest)cmocka_unit_test(measures_what_is_below_the_frame_pointer));
	int i = 1;

	for (; i + 1 < count && strcmp(arguments[i], "--without") == 0; i += 2)
		printf("left out: the object of %s, which is not installed\n", arguments[i + 1]);
	if (i == count)
		return EXIT_FAILURE;
	for (; i < count; i++)
		failed += run((struct CMUnitTest)cmocka_unit_test_prestate(keeps_frames_small,
									   arguments[i]));
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
