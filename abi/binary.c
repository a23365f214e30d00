/* SPDX-License-Identifier: MIT */
#include "binary.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "x_net.h"

/* The least release whose linker writes each pclntab format. */
static const uint32_t format_releases[] = {
	[PCLNTAB_GO_1_2] = GO_VERSION(12, 0),
	[PCLNTAB_GO_1_16] = GO_VERSION(16, 0),
	[PCLNTAB_GO_1_18] = GO_VERSION(18, 0),
	[PCLNTAB_GO_1_20] = GO_VERSION(20, 0),
};

/* A binary that tells no version still tells by its pclntab which releases it can be of. */
static void version_from_pclntab(struct go_version *version, enum pclntab_format format)
{
	uint32_t number = format_releases[format];

	*version = (struct go_version){.number = number, .from_pclntab = true};
	snprintf(version->text, sizeof(version->text), "go1.%u or later", number / 1000);
}

static int read_version(struct binary *binary, struct error *err)
{
	int r = build_info_read(binary->image, &binary->build_info, err);

	if (r < 0 && r != -ENOENT)
		return r;
	if (r == 0 && binary->build_info.version &&
	    go_version_parse(binary->build_info.version, &binary->version, NULL) == 0)
		return 0;
	version_from_pclntab(&binary->version, pclntab_format(binary->pclntab));
	return 0;
}

int binary_open(const char *path, struct binary **ret_binary, struct error *err)
{
	struct binary *binary = calloc(1, sizeof(*binary));
	int r;

	if (!binary)
		return error_fail(err, -ENOMEM, "out of memory");
	r = image_open(path, &binary->image, err);
	if (r < 0)
		goto fail;
	r = pclntab_open(binary->image, &binary->pclntab, err);
	if (r < 0)
		goto fail;
	r = read_version(binary, err);
	if (r < 0)
		goto fail;
	r = types_open(binary->image, &binary->version, &binary->types, err);
	if (r < 0)
		goto fail;
	types_set_x_net(binary->types, x_net_release(&binary->build_info, binary->pclntab));
	binary->convention = convention_of(image_machine(binary->image), &binary->version);
	*ret_binary = binary;
	return 0;
fail:
	binary_close(binary);
	return r;
}

void binary_close(struct binary *binary)
{
	if (!binary)
		return;
	types_close(binary->types);
	pclntab_close(binary->pclntab);
	build_info_release(&binary->build_info);
	image_close(binary->image);
	free(binary);
}

bool binary_looks_like_go(const char *path)
{
	struct section section;
	struct image *image;
	bool looks;

	if (image_open(path, &image, NULL) < 0)
		return false;
	looks = !image_section(image, ".text", &section) ||
		image_section(image, ".note.go.buildid", &section) ||
		image_section(image, ".go.buildinfo", &section) ||
		image_section(image, ".gopclntab", &section);
	image_close(image);
	return looks;
}
