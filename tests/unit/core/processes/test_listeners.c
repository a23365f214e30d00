/* SPDX-License-Identifier: MIT */
/* Finds the ports on which a process listens; the process is this test. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "listeners.h"

/* A socket on a free port of the loopback address. */
static int bind_socket(int family, bool listens, uint16_t *ret_port)
{
	struct sockaddr_in six_or_four[2] = { { .sin_family = AF_INET } };
	struct sockaddr_in6 *six = (struct sockaddr_in6 *)(void *)six_or_four;
	socklen_t size = family == AF_INET6 ? sizeof(*six) : sizeof(six_or_four[0]);
	int descriptor = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (family == AF_INET6)
		*six = (struct sockaddr_in6){ .sin6_family = AF_INET6,
					      .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	else
		six_or_four[0].sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (bind(descriptor, (struct sockaddr *)six_or_four, size) < 0) {
		close(descriptor);
		return -1;
	}
	if (listens)
		assert_int_equal(listen(descriptor, 1), 0);
	getsockname(descriptor, (struct sockaddr *)six_or_four, &size);
	*ret_port = ntohs(family == AF_INET6 ? six->sin6_port : six_or_four[0].sin_port);
	return descriptor;
}

static int listens_on(uint32_t pid, uint16_t first, uint16_t second)
{
	uint16_t ports[] = { first, second };

	return listeners_include(pid, ports, 2);
}

static void finds_a_port_that_is_listened_on(void **state)
{
	static const int families[] = { AF_INET, AF_INET6 };

	for (size_t i = 0; i < 2; i++) {
		uint16_t port, other;
		int descriptor = bind_socket(families[i], true, &port);
		int bound = bind_socket(AF_INET, false, &other);

		assert_true(bound >= 0);
		if (descriptor < 0) /* a kernel without IPv6 */
			continue;
		assert_int_equal(listens_on((uint32_t)getpid(), port, 1), 1);
		assert_int_equal(listens_on((uint32_t)getpid(), 1, port), 1);
		assert_int_equal(listens_on((uint32_t)getpid(), 1, 2), 0);
		assert_int_equal(listeners_include((uint32_t)getpid(), &port, 0), 0);
		/* The socket is bound, but does not listen yet. */
		assert_int_equal(listens_on((uint32_t)getpid(), other, 1), 0);
		close(descriptor);
		assert_int_equal(listens_on((uint32_t)getpid(), port, 1), 0);
		close(bound);
	}
}

/* Another process of the same network listens, not this one. */
static void tells_processes_apart(void **state)
{
	uint16_t port;
	int descriptor = bind_socket(AF_INET, true, &port), ends[2];
	pid_t child;

	assert_int_equal(pipe(ends), 0);
	child = fork();
	if (child == 0) {
		char byte;

		close(descriptor);
		close(ends[1]);
		_exit(read(ends[0], &byte, 1) != 0);
	}
	close(ends[0]);
	assert_int_equal(listens_on((uint32_t)getpid(), port, 1), 1);
	while (listens_on((uint32_t)child, port, 1) == 1)
		usleep(1000);
	assert_int_equal(listens_on((uint32_t)child, port, 1), 0);
	close(ends[1]);
	waitpid(child, NULL, 0);
	assert_int_equal(listens_on((uint32_t)child, port, 1), 0);
	close(descriptor);
}

static bool has_port(const struct listened_ports *ports, uint16_t port)
{
	for (size_t i = 0; i < ports->count; i++) {
		if (ports->ports[i] == port)
			return true;
	}
	return false;
}

/* Another socket on the same port, as a further worker of a server has it. */
static int listen_again(uint16_t port)
{
	const struct sockaddr_in address = { .sin_family = AF_INET,
					     .sin_port = htons(port),
					     .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), yes = 1;

	setsockopt(descriptor, SOL_SOCKET, SO_REUSEPORT, &yes, sizeof(yes));
	assert_int_equal(bind(descriptor, (const struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(descriptor, 1), 0);
	return descriptor;
}

static void finds_each_port_once_in_ascending_order(void **state)
{
	enum { SOCKETS = 40 };
	int descriptors[SOCKETS], bound, again, yes = 1;
	uint16_t ports[SOCKETS], other;
	struct listened_ports found;

	for (size_t i = 0; i < SOCKETS; i++)
		descriptors[i] = bind_socket(AF_INET, true, &ports[i]);
	bound = bind_socket(AF_INET, false, &other);
	setsockopt(descriptors[0], SOL_SOCKET, SO_REUSEPORT, &yes, sizeof(yes));
	again = listen_again(ports[0]);
	assert_int_equal(listeners_find((uint32_t)getpid(), &found), 0);
	assert_int_equal(found.count, SOCKETS);
	for (size_t i = 0; i < SOCKETS; i++)
		assert_true(has_port(&found, ports[i]));
	for (size_t i = 1; i < found.count; i++)
		assert_true(found.ports[i - 1] < found.ports[i]);
	assert_false(has_port(&found, other));
	listened_ports_finish(&found);
	for (size_t i = 0; i < SOCKETS; i++)
		close(descriptors[i]);
	close(bound);
	close(again);
	assert_int_equal(listeners_find((uint32_t)getpid(), &found), 0);
	assert_int_equal(found.count, 0);
	assert_int_equal(listeners_find(INT32_MAX, &found), 0);
	assert_int_equal(found.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_each_port_once_in_ascending_order),
		cmocka_unit_test(finds_a_port_that_is_listened_on),
		cmocka_unit_test(tells_processes_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
