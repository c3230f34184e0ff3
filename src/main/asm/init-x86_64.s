# PID 1 of a container with --init, on x86-64: waits for signals, reaps orphans, passes signals on to the command, and exits
# as the command does. It is all that PID 1 has in memory, so nothing of the host's can be read there.
#
# A whole ELF file of one read-only, executable segment. Assembled by
#     as -o init.o init-x86_64.s && ld -Ttext=0x400000 -o init.elf init.o && objcopy -O binary -j .text init.elf init
# and kept, as hexadecimal digits, in dev.rustyrun.step.InitProgram; AssembledProgramsTest compares.
#
# Whoever executes it has blocked the signals of `handled`, and fills in the three values at the end.

        .intel_syntax noprefix

        .set SYS_rt_sigtimedwait, 128
        .set SYS_wait4, 61
        .set SYS_kill, 62
        .set SYS_prctl, 157
        .set SYS_exit_group, 231
        .set PR_SET_NAME, 15
        .set WNOHANG, 1
        .set SIGCHLD, 17
        .set SI_KERNEL, 0x80
        .set SI_CODE, 8                         # in siginfo_t, of 128 bytes
        .set STATUS, 128                        # after that, on the stack

        .set MACHINE, 62                        # EM_X86_64
        .include "elf.inc"

_start:
        sub     rsp, 144
        mov     eax, SYS_prctl
        mov     edi, PR_SET_NAME
        lea     rsi, [rip + name]
        syscall

reap:                                           # every child that has ended
        mov     eax, SYS_wait4
        mov     rdi, -1
        lea     rsi, [rsp + STATUS]
        mov     edx, WNOHANG
        xor     r10d, r10d
        syscall
        test    eax, eax
        jle     wait                            # none, or an error such as ECHILD
        cmp     eax, [rip + command]
        jne     reap

        mov     eax, [rsp + STATUS]             # the command: exit as it did
        mov     edi, eax
        and     edi, 0x7f
        jz      exited
        add     edi, 128                        # a signal ended it
        jmp     exit
exited:
        movzx   edi, ah
exit:
        mov     eax, SYS_exit_group
        syscall

wait:
        mov     eax, SYS_rt_sigtimedwait
        lea     rdi, [rip + handled]
        mov     rsi, rsp
        xor     edx, edx                        # for ever
        mov     r10d, 8
        syscall
        cmp     eax, SIGCHLD
        je      reap
        test    eax, eax
        jle     wait                            # EINTR
        lea     ecx, [rax - 1]
        mov     rdx, [rip + forwarded]
        bt      rdx, rcx
        jnc     wait
        cmp     dword ptr [rsp + SI_CODE], SI_KERNEL
        je      wait                            # a terminal sent it, to the command too
        mov     esi, eax
        mov     edi, [rip + command]
        mov     eax, SYS_kill
        syscall
        jmp     wait

name:   .asciz  "init"
        .balign 8
handled:
        .quad   0                               # the kernel's sigset_t: signals to wait for
forwarded:
        .quad   0                               # those of them to pass on
command:
        .long   0                               # the command's process id
end:
