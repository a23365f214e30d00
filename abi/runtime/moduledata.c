/* SPDX-License-Identifier: MIT */
#include "moduledata.h"

#include <errno.h>

/*
 * Offsets in runtime.moduledata (runtime/symtab.go). Its first field is a pointer to the pclntab, or up to Go
 * 1.15 a slice, which begins with a pointer. The offsets of these fields are the same in Go 1.11 to 1.15, and
 * in 1.16 to 1.27.
 */
struct bounds_row {
	uint16_t minpc, maxpc, text;
};

static const struct bounds_row bounds_before_1_16 = { 80, 88, 96 };
static const struct bounds_row bounds_since_1_16 = { 160, 168, 176 };

#define BOUNDS_SIZE 184

/* Offsets of the other fields since a release; 0 if the release does not have the field. */
struct parts_row {
	uint32_t since;
	uint16_t types, etypes, gofunc;
	uint16_t itablinks; /* a slice of pointers */
	uint16_t itabs;	    /* an offset from `types`, followed by a size */
};

/*
 * The slice of typelinks is directly before the slice of itablinks. Go 1.27 has neither, but the size of all
 * descriptors, directly before etypes.
 */
enum { TYPELINKS_BEFORE_ITABLINKS = 24, DESCRIPTORS_SIZE_BEFORE_ETYPES = 8 };

static const struct parts_row parts_rows[] = {
	{ GO_VERSION(27, 0), 296, 312, 344, 0, 320 }, { GO_VERSION(26, 0), 296, 304, 320, 384, 0 },
	{ GO_VERSION(20, 0), 296, 304, 320, 376, 0 }, { GO_VERSION(18, 0), 280, 288, 304, 360, 0 },
	{ GO_VERSION(16, 0), 280, 288, 0, 344, 0 },   { GO_VERSION(11, 0), 200, 208, 0, 264, 0 },
};

/* This release and later ones are unknown: they may have the layout of any row. */
#define NEWEST_KNOWN GO_VERSION(28, 0)

#define PARTS_SIZE 416

/* Words that point to the pclntab: real programs have two or three. */
#define MAX_CANDIDATES 8
#define MAX_ITABS (UINT64_C(1) << 20)
#define MAX_TYPELINKS (UINT64_C(1) << 22)

struct search {
	const struct image *image;
	uint64_t pclntab, first, last;
	enum pclntab_format format;
};

static bool moduledata_at(const struct search *search, uint64_t address,
			  struct moduledata *ret_moduledata)
{
	const struct bounds_row *row = search->format >= PCLNTAB_GO_1_16 ? &bounds_since_1_16 :
									   &bounds_before_1_16;
	struct moduledata found = { .address = address };
	uint64_t pointer = 0, base;
	struct buffer buffer;

	if (image_load(search->image, address, BOUNDS_SIZE, &buffer, NULL) < 0)
		return false;
	image_relocate(search->image, address, &buffer);
	bytes_u64(buffer_bytes(&buffer), 0, &pointer);
	bytes_u64(buffer_bytes(&buffer), row->minpc, &found.minpc);
	bytes_u64(buffer_bytes(&buffer), row->maxpc, &found.maxpc);
	bytes_u64(buffer_bytes(&buffer), row->text, &found.text);
	buffer_release(&buffer);
	base = search->format >= PCLNTAB_GO_1_18 ? found.text : 0;
	if (pointer != search->pclntab || !found.text || found.minpc - base != search->first ||
	    found.maxpc - base != search->last)
		return false;
	*ret_moduledata = found;
	return true;
}

int moduledata_find(const struct image *image, uint64_t pclntab, enum pclntab_format format,
		    uint64_t first, uint64_t last, struct moduledata *ret_moduledata,
		    struct error *err)
{
	const struct search search = { image, pclntab, first, last, format };
	struct section section;
	uint64_t address = 0;

	/* Since Go 1.26 the moduledata has its own section. */
	if (image_section(image, ".go.module", &section) &&
	    moduledata_at(&search, section.address, ret_moduledata))
		return 0;
	for (int i = 0; i < MAX_CANDIDATES && image_find_word(image, pclntab, &address); i++) {
		if (moduledata_at(&search, address, ret_moduledata))
			return 0;
		address += 8;
	}
	return error_fail(err, -ENOENT, "no moduledata for the pclntab at 0x%llx",
			  (unsigned long long)pclntab);
}

static bool range_held(const struct image *image, uint64_t address, uint64_t size)
{
	return size <= image_extent(image, address);
}

static uint64_t word_at(const struct buffer *buffer, uint64_t offset)
{
	uint64_t word = 0;

	bytes_u64(buffer_bytes(buffer), offset, &word);
	return word;
}

static void descriptors_end_take(const struct buffer *buffer, const struct parts_row *row,
				 struct module_parts *parts)
{
	uint64_t size = word_at(buffer, row->etypes - DESCRIPTORS_SIZE_BEFORE_ETYPES);

	if (size <= parts->etypes - parts->types)
		parts->descriptors_end = parts->types + size;
}

static void typelinks_take(const struct image *image, const struct buffer *buffer,
			   const struct parts_row *row, struct module_parts *parts)
{
	uint16_t at = row->itablinks - TYPELINKS_BEFORE_ITABLINKS;
	uint64_t links = word_at(buffer, at), count = word_at(buffer, at + 8u);

	if (count > MAX_TYPELINKS || count != word_at(buffer, at + 16u) ||
	    !range_held(image, links, count * 4))
		return;
	parts->typelinks = links;
	parts->typelink_count = count;
}

/* Returns false if the values at the offsets of `row` are not plausible. */
static bool parts_take(const struct image *image, const struct buffer *buffer,
		       const struct parts_row *row, struct module_parts *ret_parts)
{
	struct module_parts parts = {
		.types = word_at(buffer, row->types),
		.etypes = word_at(buffer, row->etypes),
		.gofunc = row->gofunc ? word_at(buffer, row->gofunc) : 0,
		.itabs_inline = row->itabs,
	};

	if (parts.etypes <= parts.types ||
	    !range_held(image, parts.types, parts.etypes - parts.types) ||
	    (row->gofunc && !range_held(image, parts.gofunc, 1)))
		return false;
	if (row->itabs) {
		uint64_t offset = word_at(buffer, row->itabs);

		parts.itabs = parts.types + offset;
		parts.itabs_size = word_at(buffer, row->itabs + 8u);
		if (offset > parts.etypes - parts.types ||
		    parts.itabs_size > parts.etypes - parts.itabs)
			return false;
		descriptors_end_take(buffer, row, &parts);
	} else {
		uint64_t count = word_at(buffer, row->itablinks + 8u);

		parts.itabs = word_at(buffer, row->itablinks);
		parts.itabs_size = count * 8;
		if (count > MAX_ITABS || count != word_at(buffer, row->itablinks + 16u) ||
		    (count && !range_held(image, parts.itabs, parts.itabs_size)))
			return false;
		typelinks_take(image, buffer, row, &parts);
	}
	*ret_parts = parts;
	return true;
}

/* Returns the first release with a newer pclntab format than that of `number`. */
static uint32_t format_end(uint32_t number)
{
	static const uint32_t formats[] = { GO_VERSION(16, 0), GO_VERSION(18, 0),
					    GO_VERSION(20, 0) };

	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (number < formats[i])
			return formats[i];
	return UINT32_MAX;
}

/*
 * Returns whether a row may be valid for this program. A version that was derived from the pclntab is only
 * the oldest release with that format: all rows up to the next format may be valid. If the release is unknown
 * because it is too new, any row may be valid.
 */
static bool row_may_hold(const struct parts_row *row, const struct go_version *version)
{
	if (version->from_pclntab)
		return row->since < format_end(version->number);
	return row->since <= version->number;
}

static bool is_last_row(const struct parts_row *row, const struct go_version *version)
{
	return row->since <= version->number && version->number < NEWEST_KNOWN;
}

int module_parts_read(const struct image *image, const struct moduledata *moduledata,
		      const struct go_version *version, struct module_parts *ret_parts,
		      struct error *err)
{
	struct buffer buffer;
	bool found = false;
	int r = image_load(image, moduledata->address, PARTS_SIZE, &buffer, err);

	if (r < 0)
		return r;
	image_relocate(image, moduledata->address, &buffer);
	for (size_t i = 0; !found && i < sizeof(parts_rows) / sizeof(parts_rows[0]); i++) {
		if (!row_may_hold(&parts_rows[i], version))
			continue;
		found = parts_take(image, &buffer, &parts_rows[i], ret_parts);
		if (is_last_row(&parts_rows[i], version))
			break;
	}
	buffer_release(&buffer);
	if (!found)
		return error_fail(err, -ENODATA,
				  "the moduledata at 0x%llx does not have the layout of %s",
				  (unsigned long long)moduledata->address, version->text);
	return 0;
}
