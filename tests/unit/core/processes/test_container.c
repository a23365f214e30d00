/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "container.h"

#define ID "8a1b3c5d7e9f00112233445566778899aabbccddeeff00112233445566778899"
#define OTHER "0000000000000000000000000000000000000000000000000000000000000000"
#define POD "pod4f6f3a5e-6a8b-4f0e-9a6e-0d1c2b3a4f5e"

/* A separate allocation, so that ASan detects a read beyond its end. */
static bool parse(const char *text, size_t size, struct container_id *ret_id)
{
	uint8_t *copy = malloc(size ? size : 1);
	bool found;

	memcpy(copy, text, size);
	found = container_parse((struct bytes){ copy, size }, ret_id);
	free(copy);
	return found;
}

static void finds_containers(void **state)
{
	static const char *const rows[] = {
		/* Docker, with systemd and without; cgroup v2 and v1 */
		"0::/system.slice/docker-" ID ".scope\n",
		"0::/docker/" ID "\n",
		"12:pids:/docker/" ID "\n11:cpu,cpuacct:/docker/" ID
		"\n0::/system.slice/docker.service\n",
		"1:name=systemd:/system.slice/docker-" ID ".scope\n",
		/* Kubernetes: containerd, CRI-O, Docker */
		"0::/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-" POD
		".slice/cri-containerd-" ID ".scope\n",
		"0::/kubepods/besteffort/" POD "/" ID "\n",
		"11:memory:/kubepods/burstable/" POD "/" ID "\n",
		"0::/kubepods.slice/kubepods-" POD ".slice/crio-" ID ".scope\n",
		"0::/system.slice/containerd.service/kubepods-besteffort-" POD
		".slice:cri-containerd:" ID "\n",
		/* Podman, as root and as a user, and with an init that created its own cgroups */
		"0::/machine.slice/libpod-" ID ".scope\n",
		"0::/machine.slice/libpod-" ID ".scope/container\n",
		"0::/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-" ID
		".scope/init.scope\n",
		"0::/libpod_parent/libpod-" ID "\n",
		/* ECS, nerdctl */
		"9:memory:/ecs/4f6f3a5e6a8b4f0e9a6e0d1c2b3a4f5e/" ID "\n",
		"0::/system.slice/nerdctl-" ID ".scope\n",
		/* In a container within a container, the inner one counts. */
		"0::/docker/" OTHER "/docker/" ID "\n",
		"0::/system.slice/docker-" OTHER ".scope/kubepods/" POD "/" ID "\n",
		/* seen from within another cgroup namespace; removed meanwhile */
		"0::/../" ID "\n",
		"0::/system.slice/docker-" ID ".scope (deleted)\n",
		/* any hierarchy will do */
		"3:cpuset:/\n2:cpu:/docker/" ID "\n1:memory:/docker/" OTHER "\n",
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct container_id id = { "" };

		if (!parse(rows[i], strlen(rows[i]), &id))
			fail_msg("no container in %s", rows[i]);
		assert_string_equal(id.text, ID);
	}
}

static void finds_none(void **state)
{
	static const char *const rows[] = {
		"",
		"\n",
		":\n",
		"::\n",
		"0::\n",
		"0::/\n",
		"0::/user.slice/user-1000.slice/session-2.scope\n",
		"0::/system.slice/nginx.service\n",
		"4:memory:/jobs/b267151382bea95edc86ee8eabd1147b\n",
		/* the monitor of a container, and its pod */
		"0::/machine.slice/libpod-conmon-" ID ".scope\n",
		"0::/kubepods.slice/crio-conmon-" ID ".scope\n",
		"0::/machine.slice/machine-libpod_pod_" ID ".slice\n",
		/* names that are no ids */
		"0::/docker/" ID "0\n",
		"0::/docker/0" ID "\n",
		"0::/docker/8A1B3C5D7E9F00112233445566778899AABBCCDDEEFF00112233445566778899\n",
		"0::/docker-" ID ".scope.scope\n",
		"0::/docker-" ID ".service\n",
		"0::/docker_" ID ".scope\n",
		"0::/" ID "-docker\n",
		/* not in the path */
		"0:" ID ":/\n",
		"0:name=/" ID ":/\n",
		/* cut: the name may be longer */
		"0::/docker/" ID,
		"0::/docker/" ID "/",
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct container_id id = { "untouched" };

		if (parse(rows[i], strlen(rows[i]), &id))
			fail_msg("a container in %s", rows[i]);
		assert_string_equal(id.text, "untouched");
	}
}

/* Replaces each byte by any other, and cuts the text anywhere. */
static void bears_damage(void **state)
{
	static const char line[] = "12:cpu:/a\n0::/x/docker-" ID ".scope (deleted)\n";
	static const char bytes[] = { '\0', '\n', '/', ':', '-', 'a', '\xff', '.' };
	char copy[sizeof(line)];

	for (size_t i = 0; i < sizeof(line) - 1; i++) {
		for (size_t j = 0; j < sizeof(bytes); j++) {
			struct container_id id = { "" };

			memcpy(copy, line, sizeof(line));
			copy[i] = bytes[j];
			if (parse(copy, sizeof(line) - 1, &id))
				assert_int_equal(strspn(id.text, "0123456789abcdef"), 64);
			parse(line, i, &id);
			parse(copy, i + 1, &id);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_containers),
		cmocka_unit_test(finds_none),
		cmocka_unit_test(bears_damage),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
