/* SPDX-License-Identifier: MIT */
/*
 * Writes the machine code of a loaded eBPF program, with all its functions, to standard output. bpftool can
 * do this only if it was built with a disassembler. The program's name goes to standard error.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int fail(const char *what)
{
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
	return EXIT_FAILURE;
}

int main(int count, char **arguments)
{
	struct bpf_prog_info info = { 0 };
	__u32 size = sizeof(info);
	int program;
	char *code;

	if (count != 2) {
		fprintf(stderr, "usage: machine_code PROGRAM_ID\n");
		return 2;
	}
	program = bpf_prog_get_fd_by_id(strtoul(arguments[1], NULL, 10));
	if (program < 0 || bpf_prog_get_info_by_fd(program, &info, &size) < 0)
		return fail(arguments[1]);
	code = calloc(1, info.jited_prog_len + 1);
	if (!code)
		return fail(info.name);
	size = sizeof(info);
	info = (struct bpf_prog_info){ .jited_prog_len = info.jited_prog_len,
				       .jited_prog_insns = (unsigned long)code };
	if (bpf_prog_get_info_by_fd(program, &info, &size) < 0)
		return fail(arguments[1]);
	/* The kernel returns no code to a process that may not see kernel addresses. */
	if (info.jited_prog_insns)
		fwrite(code, 1, info.jited_prog_len, stdout);
	fprintf(stderr, "%s", info.name);
	free(code);
	close(program);
	return EXIT_SUCCESS;
}
