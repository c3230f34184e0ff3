package dev.rustyrun.image;

import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.net.http.HttpConnectTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** Describes I/O failures for users, without class names. */
final class Failures {

    private Failures() {}

    /** Whether the host name could not be resolved. */
    static boolean isUnresolved(IOException e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof UnresolvedAddressException || cause instanceof UnknownHostException) {
                return true;
            }
        }
        return false;
    }

    static String of(IOException e) {
        if (e instanceof FileSystemException file) {
            String why = e instanceof NoSuchFileException
                    ? "ENOENT (No such file or directory)"
                    : e instanceof AccessDeniedException
                            ? "EACCES (Permission denied)"
                            : e instanceof FileAlreadyExistsException
                                    ? "EEXIST (File exists)"
                                    : String.valueOf(file.getReason());
            return file.getFile() + ": " + why;
        }
        if (isUnresolved(e)) {
            return "its name cannot be resolved; check the spelling, /etc/resolv.conf and HTTPS_PROXY";
        }
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof HttpConnectTimeoutException) {
                return "the connection timed out";
            }
        }
        String message = e.getMessage();
        if (message == null || message.isBlank()) {
            return e instanceof ConnectException ? "the connection was refused" : "the connection was closed";
        }
        return message;
    }
}
