/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <uv.h>

#include "binary_cache.h"
#include "detacher.h"

enum { COUNT = 100 };

/* These replace the functions of the kernel side and of the binary cache. */
struct attachment {
	bool is_withdrawn, is_detached;
};

struct known_binary {
	size_t users;
	struct attachment *attachment;
};

void attachment_withdraw(struct attachment *attachment)
{
	if (attachment)
		attachment->is_withdrawn = true;
}

void attachment_detach(struct attachment *attachment)
{
	if (attachment)
		attachment->is_detached = true;
}

void attachments_detach(struct attachment **attachments, size_t count)
{
	for (size_t i = 0; i < count; i++)
		attachment_detach(attachments[i]);
}

/* The plans of a binary may be reused only when its probes are gone. */
void binary_cache_release(struct known_binary *binary)
{
	if (binary->attachment)
		assert_true(binary->attachment->is_detached);
	binary->users--;
}

static void close_loop(uv_loop_t *loop)
{
	while (uv_run(loop, UV_RUN_DEFAULT))
		;
	assert_int_equal(uv_loop_close(loop), 0);
}

static void detach_some(bool starts)
{
	static struct attachment attachments[COUNT];
	static struct known_binary binaries[COUNT];
	struct detacher *detacher;
	uv_loop_t loop;

	assert_int_equal(uv_loop_init(&loop), 0);
	assert_int_equal(detacher_create(&loop, &detacher, NULL), 0);
	if (starts)
		assert_int_equal(detacher_start(detacher, NULL), 0);
	for (size_t i = 0; i < COUNT; i++) {
		attachments[i] = (struct attachment){ .is_detached = false };
		binaries[i] = (struct known_binary){ 1, &attachments[i] };
		detacher_add(detacher, &attachments[i], &binaries[i]);
		/* Attachments are withdrawn immediately; the rest is done later. */
		assert_true(attachments[i].is_withdrawn);
		if (i % 10 == 0)
			uv_run(&loop, UV_RUN_NOWAIT);
	}
	detacher_destroy(detacher);
	for (size_t i = 0; i < COUNT; i++) {
		assert_true(attachments[i].is_detached);
		assert_int_equal(binaries[i].users, 0);
	}
	close_loop(&loop);
}

static void detaches_on_its_thread(void **state)
{
	detach_some(true);
}

static void detaches_without_one(void **state)
{
	detach_some(false);
}

/* Binaries are released from the loop, without another call. */
static void releases_from_the_loop(void **state)
{
	struct attachment attachment = { .is_detached = false };
	struct known_binary binary = { 1, &attachment };
	struct detacher *detacher;
	uv_loop_t loop;

	assert_int_equal(uv_loop_init(&loop), 0);
	assert_int_equal(detacher_create(&loop, &detacher, NULL), 0);
	assert_int_equal(detacher_start(detacher, NULL), 0);
	detacher_add(detacher, &attachment, &binary);
	while (binary.users)
		uv_run(&loop, UV_RUN_ONCE);
	detacher_destroy(detacher);
	close_loop(&loop);
}

static void nothing_is_released_at_once(void **state)
{
	struct known_binary binary = { 1, NULL };
	struct detacher *detacher;
	uv_loop_t loop;

	assert_int_equal(uv_loop_init(&loop), 0);
	assert_int_equal(detacher_create(&loop, &detacher, NULL), 0);
	assert_int_equal(detacher_start(detacher, NULL), 0);
	detacher_add(detacher, NULL, &binary);
	assert_int_equal(binary.users, 0);
	detacher_destroy(detacher);
	detacher_destroy(NULL);
	close_loop(&loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(detaches_on_its_thread),
		cmocka_unit_test(detaches_without_one),
		cmocka_unit_test(releases_from_the_loop),
		cmocka_unit_test(nothing_is_released_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
