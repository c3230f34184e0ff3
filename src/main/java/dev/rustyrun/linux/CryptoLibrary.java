package dev.rustyrun.linux;

import java.util.Optional;

/**
 * The hash functions of OpenSSL's libcrypto, which use the CPU's hash instructions; {@code openssl/evp.h}, man 3
 * EVP_DigestInit. The library is optional: Java computes the same hashes, but in a native executable five to ten times
 * slower. Only one thread at a time may use it.
 */
public final class CryptoLibrary {

    /** The libraries of OpenSSL 3 and 1.1; both have the functions used here. */
    private static final String[] FILE_NAMES = {"libcrypto.so.3", "libcrypto.so.1.1"};

    private static final int MAX_HASH = 64;

    private final NativeCall crypto;

    private CryptoLibrary(NativeCall crypto) {
        this.crypto = crypto;
    }

    /** Loads the library; empty when it is not installed. */
    public static Optional<CryptoLibrary> open() {
        for (String name : FILE_NAMES) {
            try {
                return Optional.of(new CryptoLibrary(NativeCall.library(name)));
            } catch (MissingLibraryException e) {
                // Try the next version.
            }
        }
        return Optional.empty();
    }

    /**
     * Starts the computation of a hash.
     *
     * @param algorithm such as {@code sha256}
     * @return empty when the library does not provide the algorithm; the system's OpenSSL configuration can disable it
     */
    public Optional<Hash> hash(String algorithm) {
        long type;
        try (NativeMemory m = new NativeMemory()) {
            type = crypto.call("EVP_get_digestbyname", m.string(algorithm));
        }
        long context = type == 0 ? 0 : crypto.call("EVP_MD_CTX_new");
        if (context == 0) {
            return Optional.empty();
        }
        if ((int) crypto.call("EVP_DigestInit_ex", context, type, 0) != 1) {
            crypto.call("EVP_MD_CTX_free", context);
            return Optional.empty();
        }
        return Optional.of(new Hash(context));
    }

    /** The computation of one hash; {@link #close} frees its native memory. */
    public final class Hash implements AutoCloseable {

        private static final int BUFFER = 64 * 1024;

        private final NativeMemory memory = new NativeMemory();
        private final long buffer = memory.allocate(BUFFER);
        private final long context;

        private Hash(long context) {
            this.context = context;
        }

        /** Adds {@code length} bytes from {@code offset} on. */
        public void update(byte[] bytes, int offset, int length) {
            for (int done = 0; done < length; ) {
                int count = Math.min(BUFFER, length - done);
                memory.put(buffer, bytes, offset + done, count);
                check("EVP_DigestUpdate", crypto.call("EVP_DigestUpdate", context, buffer, count));
                done += count;
            }
        }

        /** The hash of all bytes; nothing can be added afterwards. */
        public byte[] digest() {
            long length = memory.allocate(Long.BYTES);
            long found = memory.allocate(MAX_HASH);
            check("EVP_DigestFinal_ex", crypto.call("EVP_DigestFinal_ex", context, found, length));
            byte[] hash = new byte[memory.getInt(length)];
            memory.get(found, hash, hash.length);
            return hash;
        }

        private void check(String call, long result) {
            if ((int) result != 1) {
                throw new LinuxException(call, Errno.EINVAL);
            }
        }

        @Override
        public void close() {
            crypto.call("EVP_MD_CTX_free", context);
            memory.close();
        }
    }
}
