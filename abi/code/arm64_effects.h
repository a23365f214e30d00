/* SPDX-License-Identifier: MIT */
#ifndef GOHTTPSNOOP_ABI_ARM64_EFFECTS_H
#define GOHTTPSNOOP_ABI_ARM64_EFFECTS_H

#include "instruction.h"

/*
 * The state while a function allocates a large frame: Go subtracts the frame's size from SP into another
 * register, saves the return address relative to this register, and then moves it to SP.
 */
struct arm64_frame {
	uint8_t reg; /* contains SP + offset; 31: no register does */
	int64_t offset;
};

static const struct arm64_frame arm64_frame_none = { .reg = 31 };

/* Returns the effects of one instruction; `frame` is the state before it. */
struct instruction_effects arm64_effects(uint32_t word, const struct arm64_frame *frame);

/* Updates the state by one instruction. */
void arm64_frame_follow(struct arm64_frame *frame, uint32_t word);

#endif
