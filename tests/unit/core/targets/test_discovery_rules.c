/* SPDX-License-Identifier: MIT */
/* Which processes match the rules: this process and invented ones. */
#include <fcntl.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "discovery.h"

static char path[64];

static int make_file(void **state)
{
	strcpy(path, "/tmp/gohttpsnoop-test-XXXXXX");
	close(mkstemp(path));
	return 0;
}

static int remove_file(void **state)
{
	return unlink(path);
}

/* Returns an invented process. It is not this process, which never matches. */
static struct process process_of(const char *comm, const char *exe)
{
	struct process process = { .pid = (uint32_t)getppid() };

	snprintf(process.exe, sizeof(process.exe), "%s", exe);
	snprintf(process.comm, sizeof(process.comm), "%s", comm);
	return process;
}

static void names_are_those_of_the_process_or_its_file(void **state)
{
	const char *const globs[] = { "shop*", "cart" };
	const struct discovery_rules rules = { .names = globs, .name_count = 2 };
	struct process process = process_of("shop-worker", "/usr/bin/other");

	assert_true(discovery_wants(&rules, &process));
	process = process_of("worker", "/srv/cart");
	assert_true(discovery_wants(&rules, &process));
	process = process_of("worker", "cart");
	assert_true(discovery_wants(&rules, &process));
	process = process_of("worker", "/srv/cart/main");
	assert_false(discovery_wants(&rules, &process));
	process = process_of("a shop", "/srv/carts");
	assert_false(discovery_wants(&rules, &process));
}

static void ourselves_are_never_wanted(void **state)
{
	const struct discovery_rules rules = { .all = true };
	struct process process = process_of("shop", "/srv/shop");

	assert_true(discovery_wants(&rules, &process));
	assert_int_equal(discovery_wants_now(&rules, &process, NULL), 1);
	process.pid = (uint32_t)getpid();
	assert_false(discovery_wants(&rules, &process));
	assert_int_equal(discovery_wants_now(&rules, &process, NULL), 0);
}

static void files_are_told_by_what_they_are(void **state)
{
	const struct wanted_binary binaries[] = { { .path = "/no/such/file" }, { .path = path } };
	struct discovery_rules rules = { .binaries = binaries, .binary_count = 2 };
	struct process process = process_of("shop", "/another/name/of/it");

	assert_int_equal(file_identity_read(path, &process.file), 0);
	assert_true(discovery_wants(&rules, &process));
	assert_true(discovery_wants_file(&rules, "/x", &process.file));
	rules.binary_count = 1;
	assert_false(discovery_wants(&rules, &process));
	rules.binary_count = 2;
	process.file.inode++;
	assert_false(discovery_wants(&rules, &process));
}

static void ports_are_those_that_are_listened_on(void **state)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	socklen_t size = sizeof(address);
	uint16_t ports[2] = { 1 };
	struct discovery_rules rules = { .ports = ports, .port_count = 2 };
	struct process process = process_of("shop", "/srv/shop");

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(descriptor, (struct sockaddr *)&address, size), 0);
	assert_int_equal(listen(descriptor, 1), 0);
	getsockname(descriptor, (struct sockaddr *)&address, &size);
	ports[1] = ntohs(address.sin_port);
	assert_true(discovery_wants_port(&rules, 1));
	assert_true(discovery_wants_port(&rules, ports[1]));
	assert_false(discovery_wants_port(&rules, 2));
	/* Only this process runs the file, and it never matches. */
	assert_int_equal(discovery_wants_now(&rules, &process, NULL), 0);
	process.pid = (uint32_t)getpid();
	assert_int_equal(discovery_wants_now(&rules, &process, NULL), 0);
	close(descriptor);
}

static void there_may_be_no_rules(void **state)
{
	const uint16_t port = 80;
	const char *const glob = "shop";
	const struct wanted_binary binary = { .path = path };
	struct process process = process_of("shop", "/srv/shop");

	assert_false(discovery_has_rules(&(struct discovery_rules){ .all = false }));
	assert_false(discovery_wants(&(struct discovery_rules){ .all = false }, &process));
	assert_true(discovery_has_rules(&(struct discovery_rules){ .all = true }));
	assert_true(
		discovery_has_rules(&(struct discovery_rules){ .ports = &port, .port_count = 1 }));
	assert_true(
		discovery_has_rules(&(struct discovery_rules){ .names = &glob, .name_count = 1 }));
	assert_true(discovery_has_rules(
		&(struct discovery_rules){ .binaries = &binary, .binary_count = 1 }));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_those_of_the_process_or_its_file),
		cmocka_unit_test(ourselves_are_never_wanted),
		cmocka_unit_test(files_are_told_by_what_they_are),
		cmocka_unit_test(ports_are_those_that_are_listened_on),
		cmocka_unit_test(there_may_be_no_rules),
	};

	return cmocka_run_group_tests(tests, make_file, remove_file);
}
