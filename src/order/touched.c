/*
 * A plugin for QEMU (docs/devel/tcg-plugins): notes which parts of a native executable are used in a virtual machine, in the
 * order of their first use.
 *
 * Its arguments are code=FROM-TO and data=FROM-TO, the executable's addresses in hexadecimal, pause=FILE and out=FILE. OUT gets a
 * line for each unit: I and an address of code (16 bytes), R or W and an address of data that was read or written (8 bytes). The
 * addresses are those of every process, so no other program in the virtual machine may be loaded there. Nothing is noted before the
 * first write to the data, and while the file of pause exists.
 *
 * The declarations are from version 1 of QEMU's plugin interface, because Debian has no package of its header.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))

typedef uint64_t plugin_id;
struct qemu_plugin_tb;
struct qemu_plugin_insn;
enum { NO_REGISTERS = 0, READ_AND_WRITE = 3 };

typedef void (*translated)(plugin_id, struct qemu_plugin_tb *);
typedef void (*executed)(unsigned int, void *);
typedef void (*accessed)(unsigned int, uint32_t, uint64_t, void *);
void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id, translated);
void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb *, executed, int, void *);
void qemu_plugin_register_vcpu_mem_cb(struct qemu_plugin_insn *, accessed, int, int, void *);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *, size_t);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *);
_Bool qemu_plugin_mem_is_store(uint32_t);
unsigned int qemu_plugin_mem_size_shift(uint32_t);

EXPORT int qemu_plugin_version = 1;

static uint64_t code, code_end, data, data_end;
static uint8_t *instructions, *reads, *writes;
static int begun, paused;
static const char *pause_file;
static FILE *out;

static void note(uint8_t *noted, char kind, uint64_t address, uint64_t unit) {
    if (!noted[unit]) {
        noted[unit] = 1;
        fprintf(out, "%c %lx\n", kind, address);
        fflush(out);
    }
}

/* The argument is the first address of a block of instructions, and the number of its units above bit 48. */
static void on_code(unsigned int processor, void *argument) {
    (void) processor;
    if (!begun || paused) return;
    uint64_t first = (uint64_t) argument & 0xffffffffffff, units = (uint64_t) argument >> 48;
    for (uint64_t i = 0; i < units; i++) note(instructions, 'I', first + 16 * i, (first + 16 * i - code) / 16);
}

static void on_data(unsigned int processor, uint32_t access, uint64_t address, void *argument) {
    (void) processor, (void) argument;
    if (address < data || address >= data_end) return;
    int store = qemu_plugin_mem_is_store(access);
    begun |= store;
    if (!begun || paused) return;
    uint64_t end = address + (1u << qemu_plugin_mem_size_shift(access));
    for (uint64_t at = address & ~7ul; at < end && at < data_end; at += 8) {
        note(store ? writes : reads, store ? 'W' : 'R', at, (at - data) / 8);
    }
}

static void on_translation(plugin_id id, struct qemu_plugin_tb *block) {
    (void) id;
    paused = pause_file && !access(pause_file, F_OK);
    size_t count = qemu_plugin_tb_n_insns(block);
    uint64_t first = qemu_plugin_insn_vaddr(qemu_plugin_tb_get_insn(block, 0));
    uint64_t last = qemu_plugin_insn_vaddr(qemu_plugin_tb_get_insn(block, count - 1));
    if (first >> 63) return; /* the kernel's code */
    if (first >= code && last < code_end) {
        uint64_t from = first & ~15ul, units = (last - from) / 16 + 1;
        qemu_plugin_register_vcpu_tb_exec_cb(block, on_code, NO_REGISTERS, (void *) (from | units << 48));
    }
    for (size_t i = 0; i < count; i++) {
        qemu_plugin_register_vcpu_mem_cb(qemu_plugin_tb_get_insn(block, i), on_data, NO_REGISTERS, READ_AND_WRITE, NULL);
    }
}

EXPORT int qemu_plugin_install(plugin_id id, const void *info, int count, char **arguments) {
    (void) info;
    for (int i = 0; i < count; i++) {
        sscanf(arguments[i], "code=%lx-%lx", &code, &code_end);
        sscanf(arguments[i], "data=%lx-%lx", &data, &data_end);
        if (!strncmp(arguments[i], "pause=", 6)) pause_file = strdup(arguments[i] + 6);
        if (!strncmp(arguments[i], "out=", 4)) out = fopen(arguments[i] + 4, "w");
    }
    if (!code_end || !data_end || !out) return 1;
    instructions = calloc((code_end - code) / 16 + 1, 1);
    reads = calloc((data_end - data) / 8 + 1, 1);
    writes = calloc((data_end - data) / 8 + 1, 1);
    qemu_plugin_register_vcpu_tb_trans_cb(id, on_translation);
    return 0;
}
