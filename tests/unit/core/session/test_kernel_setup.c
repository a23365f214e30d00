/* SPDX-License-Identifier: MIT */
/* Tests what is reported about the kernel side when it is opened. This test replaces the kernel side. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "kernel_setup.h"

static struct {
	int code;
	bool can_sleep;
	const char *verifier;
	char notices[1024];
} stage;

void kernel_facts_read(struct kernel_facts *ret_facts)
{
	*ret_facts = (struct kernel_facts){ .release = "6.1" };
}

void kernel_features_probe(const struct kernel_facts *facts, struct kernel_features *ret_features)
{
	assert_string_equal(facts->release, "6.1");
	*ret_features = (struct kernel_features){ .bpf_call = EINVAL };
}

int kernel_open(const struct kernel_options *options, struct kernel **ret_kernel,
		struct kernel_failure *ret_failure, struct error *err)
{
	assert_string_equal(options->facts->release, "6.1");
	assert_int_equal(options->features->bpf_call, EINVAL);
	assert_int_equal(options->ring_size, 4096);
	if (stage.code < 0) {
		*ret_failure = (struct kernel_failure){ OBSTACLE_VERIFIER };
		strcpy(ret_failure->verifier, stage.verifier);
		return error_fail(err, stage.code, "refused");
	}
	*ret_kernel = (struct kernel *)&stage;
	return 0;
}

const char *kernel_attachment_name(const struct kernel *kernel)
{
	return "some way";
}

bool kernel_can_sleep(const struct kernel *kernel)
{
	return stage.can_sleep;
}

static void on_notice(void *user, enum notice_level level, const char *text)
{
	static const char *const names[] = {
		[NOTICE_ERROR] = "error", [NOTICE_INFO] = "info", [NOTICE_DEBUG] = "debug"
	};

	snprintf(stage.notices + strlen(stage.notices),
		 sizeof(stage.notices) - strlen(stage.notices), "%s %.20s\n", names[level], text);
}

static int set_up(enum kernel_attachment attachment)
{
	const struct kernel_options options = { .ring_size = 4096, .attachment = attachment };
	const struct notifier notifier = { on_notice, NULL };
	struct kernel *kernel = NULL;
	int r;

	stage.notices[0] = '\0';
	r = kernel_setup(&options, &notifier, &kernel, NULL);
	assert_ptr_equal(kernel, r == 0 ? (struct kernel *)&stage : NULL);
	return r;
}

/* What a way to attach lacks is reported only if the user did not select this way. */
static void what_the_best_way_lacks_is_said(void **state)
{
	memset(&stage, 0, sizeof(stage));
	stage.can_sleep = true;
	assert_int_equal(set_up(KERNEL_ATTACHMENT_BEST), 0);
	assert_string_equal(stage.notices, "debug attaching with some \n");
	stage.can_sleep = false;
	assert_int_equal(set_up(KERNEL_ATTACHMENT_SINGLE), 0);
	assert_string_equal(stage.notices, "debug attaching with some \n");
	assert_int_equal(set_up(KERNEL_ATTACHMENT_BEST), 0);
	assert_string_equal(stage.notices,
			    "debug attaching with some \ninfo this kernel has no s\n");
}

static void the_verifier_is_quoted_line_by_line(void **state)
{
	memset(&stage, 0, sizeof(stage));
	stage.code = -EINVAL;
	stage.verifier = "one\n\ntwo";
	assert_int_equal(set_up(KERNEL_ATTACHMENT_BEST), -EINVAL);
	assert_string_equal(stage.notices, "debug verifier: one\ndebug verifier: two\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_the_best_way_lacks_is_said),
		cmocka_unit_test(the_verifier_is_quoted_line_by_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
