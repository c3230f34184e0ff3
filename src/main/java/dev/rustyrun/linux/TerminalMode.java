package dev.rustyrun.linux;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** A terminal's settings, the kernel's {@code struct termios} of TCGETS and TCSETS; man 4 ioctl_tty. */
public final class TerminalMode {

    static final int SIZE = 60;
    private static final int INPUT_AT = 0;
    private static final int OUTPUT_AT = 4;
    private static final int CONTROL_AT = 8;
    private static final int LOCAL_AT = 12;
    private static final int CHARACTERS_AT = 17;
    private static final int VTIME = 5;
    private static final int VMIN = 6;

    /** IGNBRK BRKINT PARMRK ISTRIP INLCR IGNCR ICRNL IXON. */
    private static final int COOKED_INPUT = 0x1 | 0x2 | 0x8 | 0x20 | 0x40 | 0x80 | 0x100 | 0x400;

    private static final int OPOST = 0x1;
    private static final int ONLCR = 0x4;
    /** ECHO ECHONL ICANON ISIG IEXTEN. */
    private static final int COOKED_LOCAL = 0x8 | 0x40 | 0x2 | 0x1 | 0x8000;
    /** CSIZE PARENB. */
    private static final int CHARACTER_SIZE_AND_PARITY = 0x30 | 0x100;

    private static final int CS8 = 0x30;

    private final byte[] termios;

    TerminalMode(byte[] termios) {
        this.termios = termios.clone();
    }

    public byte[] encode() {
        return termios.clone();
    }

    /** These settings, but a line feed is written without a carriage return before it. */
    public TerminalMode withoutReturns() {
        byte[] changed = Arrays.copyOf(termios, termios.length);
        ByteBuffer b = ByteBuffer.wrap(changed).order(ByteOrder.nativeOrder());
        b.putInt(OUTPUT_AT, b.getInt(OUTPUT_AT) & ~ONLCR);
        return new TerminalMode(changed);
    }

    /** {@link #raw} for input only: output processing stays unchanged. */
    public TerminalMode rawInput() {
        byte[] raw = raw().termios;
        System.arraycopy(termios, OUTPUT_AT, raw, OUTPUT_AT, CONTROL_AT - OUTPUT_AT);
        return new TerminalMode(raw);
    }

    /** These settings in raw mode, as cfmakeraw(3) defines it: every byte is passed through. */
    public TerminalMode raw() {
        byte[] raw = Arrays.copyOf(termios, termios.length);
        ByteBuffer b = ByteBuffer.wrap(raw).order(ByteOrder.nativeOrder());
        b.putInt(INPUT_AT, b.getInt(INPUT_AT) & ~COOKED_INPUT);
        b.putInt(OUTPUT_AT, b.getInt(OUTPUT_AT) & ~OPOST);
        b.putInt(LOCAL_AT, b.getInt(LOCAL_AT) & ~COOKED_LOCAL);
        b.putInt(CONTROL_AT, b.getInt(CONTROL_AT) & ~CHARACTER_SIZE_AND_PARITY | CS8);
        b.put(CHARACTERS_AT + VMIN, (byte) 1);
        b.put(CHARACTERS_AT + VTIME, (byte) 0);
        return new TerminalMode(raw);
    }
}
