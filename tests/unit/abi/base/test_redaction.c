/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "redaction.h"

static const struct redaction listed;

static bool hides_key(const struct redaction *redaction, const char *key)
{
	return redaction_hides_key(redaction, key, strlen(key), strlen(key));
}

static void knows_the_list(void **state)
{
	static const char *const names[] = {
		"authorization",
		"cookie",
		"set-cookie",
		"proxy-authorization",
		"password",
		"passwd",
		"secret",
		"token",
		"access_token",
		"api_key",
		"apikey",
		"session",
		/* Other spellings of these names. */
		"Authorization",
		"COOKIE",
		"SetCookie",
		"AccessToken",
		"accessToken",
		"Access-Token",
		"API-Key",
		"access.token",
		"token[]",
		"_token",
		"X-Api-Key",
		"x_session",
		"X-TOKEN",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!redaction_hides_field(&listed, names[i]) || !hides_key(&listed, names[i]))
			fail_msg("%s is shown", names[i]);
		assert_false(redaction_hides_field(NULL, names[i]) || hides_key(NULL, names[i]));
	}
}

static void shows_other_names(void **state)
{
	static const char *const names[] = {
		"",
		"-",
		"tokenizer",
		"sessions_count",
		"session2",
		"cookies",
		"cookie2",
		"user-agent",
		"passwordless",
		"secretary",
		"tok",
		"xtoken",
		"x-",
		"x-x-token",
		"authorization:x",
		"proxy-authenticate",
		"nosecret",
		"tokén",
		"token\xff",
		"access_token_that_is_longer_than_any_name_on_the_list",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (redaction_hides_field(&listed, names[i]) || hides_key(&listed, names[i]))
			fail_msg("%s is hidden", names[i]);
	}
	assert_false(redaction_hides_key(&listed, "token\0x", 7, 7));
	assert_false(redaction_hides_key(&listed, NULL, 0, 0));
}

/* Names of signatures in URLs. As names of fields they mostly mean something else. */
static void knows_signatures_of_queries(void **state)
{
	static const char *const names[] = { "sig",
					     "Signature",
					     "AWSAccessKeyId",
					     "X-Goog-Signature",
					     "X-Amz-Signature",
					     "X-Amz-Security-Token",
					     "x-amz-credential" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		assert_true(hides_key(&listed, names[i]));
		assert_true(redaction_hides_parameter(&listed, names[i], strlen(names[i])));
		assert_false(redaction_hides_field(&listed, names[i]));
	}
}

static void decodes_parameters(void **state)
{
	static const char *const hidden[] = { "%74oken",      "%54%4f%4B%45%4e", "access%5Ftoken",
					      "access+token", "token%00",	 "token%5B%5D",
					      "X%2dApi-Key",  "%tok%en%" };
	static const char *const shown[] = { "%2574oken", "tok%65nizer", "%74oke",
					     "%",	  "%7",		 "tok%zzen" };

	for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++) {
		if (!redaction_hides_parameter(&listed, hidden[i], strlen(hidden[i])))
			fail_msg("%s is shown", hidden[i]);
	}
	for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++) {
		if (redaction_hides_parameter(&listed, shown[i], strlen(shown[i])))
			fail_msg("%s is hidden", shown[i]);
	}
	/* An incomplete escape is no escape. */
	assert_true(redaction_hides_parameter(&listed, "token%6", 6));
	/* In keys that are no parameters, a percent sign begins no escape. */
	assert_false(hides_key(&listed, "%74oken"));
}

/* Of a key that is longer than a string may be, only the begin is captured. */
static void takes_cut_keys_for_what_they_may_be(void **state)
{
	assert_true(redaction_hides_key(&listed, "Autho", 5, 13));
	assert_false(redaction_hides_key(&listed, "Autho", 5, 12));
	assert_false(redaction_hides_key(&listed, "Authox", 6, 13));
	assert_true(redaction_hides_key(&listed, "X-Ap", 4, 9));
	assert_true(redaction_hides_key(&listed, "", 0, 6));
}

static void assert_glob(const char *glob, const char *name, bool wanted)
{
	const struct redaction redaction = { &glob, 1 };

	if (hides_key(&redaction, name) != wanted ||
	    redaction_hides_field(&redaction, name) != wanted)
		fail_msg("--redact '%s': \"%s\" is %s", glob, name, wanted ? "shown" : "hidden");
}

static void matches_globs(void **state)
{
	assert_glob("pin", "PIN", true);
	assert_glob("pin", "spin", false);
	assert_glob("pin", "pins", false);
	assert_glob("pin*", "pin_code", true);
	assert_glob("*pin", "card-pin", true);
	assert_glob("*pin*", "spinner", true);
	assert_glob("p?n", "pan", true);
	assert_glob("p?n", "pn", false);
	assert_glob("user_id", "UserID", true);
	assert_glob("user?id", "user_id", true);
	assert_glob("user-?", "user_7", true);
	assert_glob("X-Pin*", "x-pin-code", true);
	assert_glob("pin", "X-Pin", true);
	assert_glob("*", "", true);
	assert_glob("*", "anything", true);
	assert_glob("?", "", false);
	assert_glob("*a*b*c", "xaxbxbxc", true);
	assert_glob("*a*b*c", "xaxbxbxcx", false);
	assert_glob("**", "a", true);
	/* Other characters are not special. A glob of ignored characters only is compared as it is. */
	assert_glob("[ab]", "a", false);
	assert_glob("[ab]", "ab", true);
	assert_glob("-", "-", true);
	assert_glob("-", "_", false);
	assert_glob("-", "", false);
	/* The built-in list still holds. */
	assert_glob("pin", "Cookie", true);
}

static void matches_globs_of_cut_keys(void **state)
{
	static const char *const globs[] = { "customer-*-key" };
	const struct redaction redaction = { globs, 1 };

	assert_true(redaction_hides_key(&redaction, "cust", 4, 40));
	assert_true(redaction_hides_key(&redaction, "customer-of-", 12, 40));
	assert_false(redaction_hides_key(&redaction, "custard", 7, 40));
}

static void refuses_what_is_no_glob(void **state)
{
	static const char *globs[REDACTION_MAX_GLOBS + 1];
	char text[REDACTION_MAX_GLOB + 2];
	struct error err = { 0 };

	for (size_t i = 0; i <= REDACTION_MAX_GLOBS; i++)
		globs[i] = "a*";
	assert_int_equal(redaction_check(&listed, &err), 0);
	assert_int_equal(redaction_check(&(struct redaction){ globs, REDACTION_MAX_GLOBS }, &err),
			 0);
	assert_int_equal(redaction_check(&(struct redaction){ globs, REDACTION_MAX_GLOBS + 1 },
					 &err),
			 -E2BIG);
	globs[0] = "";
	assert_int_equal(redaction_check(&(struct redaction){ globs, 1 }, &err), -EINVAL);
	memset(text, 'a', sizeof(text));
	text[REDACTION_MAX_GLOB + 1] = '\0';
	globs[0] = text;
	assert_int_equal(redaction_check(&(struct redaction){ globs, 1 }, &err), -EINVAL);
	text[REDACTION_MAX_GLOB] = '\0';
	assert_int_equal(redaction_check(&(struct redaction){ globs, 1 }, &err), 0);
}

/* The simplest definition of matching, to compare with. */
static bool matches_plainly(const char *glob, const char *name)
{
	if (*glob == '*')
		return matches_plainly(glob + 1, name) ||
		       (*name && matches_plainly(glob, name + 1));
	return *glob ? *name && (*glob == '?' || *glob == *name) &&
			       matches_plainly(glob + 1, name + 1) :
		       !*name;
}

static void matches_as_the_plainest_way_does(void **state)
{
	srand(1);
	for (int i = 0; i < 200000; i++) {
		char glob[7] = "", name[9] = "";
		const char *globs[] = { glob };
		const struct redaction redaction = { globs, 1 };

		for (int at = rand() % 6; at >= 0; at--)
			glob[at] = "ab*?"[rand() % 4];
		for (int at = rand() % 8; at >= 0; at--)
			name[at] = "ab"[rand() % 2];
		if (hides_key(&redaction, name) != matches_plainly(glob, name))
			fail_msg("%s: %s", glob, name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_the_list),
		cmocka_unit_test(shows_other_names),
		cmocka_unit_test(knows_signatures_of_queries),
		cmocka_unit_test(decodes_parameters),
		cmocka_unit_test(takes_cut_keys_for_what_they_may_be),
		cmocka_unit_test(matches_globs),
		cmocka_unit_test(matches_globs_of_cut_keys),
		cmocka_unit_test(refuses_what_is_no_glob),
		cmocka_unit_test(matches_as_the_plainest_way_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
