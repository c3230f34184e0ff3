package dev.rustyrun.http.access;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;

/** The roles of clients with a certificate, by its common name; the default is {@code launch}. */
final class CertificateRoles {

    private final Map<String, Role> byName = new HashMap<>();

    /** @param configured entries {@code NAME=ROLE} */
    CertificateRoles(List<String> configured) {
        for (String text : configured) {
            int equals = text.lastIndexOf('=');
            Role role = Role.named(text.substring(equals + 1))
                    .filter(known -> equals > 0)
                    .orElseThrow(() -> new IllegalStateException(
                            "certificate role \"" + text + "\" is not NAME=read|launch|admin"));
            byName.put(text.substring(0, equals), role);
        }
    }

    /** The role of a certificate's subject, an RFC 2253 name. */
    Role roleOf(String subject) {
        return commonName(subject).map(byName::get).orElse(Role.LAUNCH);
    }

    private static Optional<String> commonName(String subject) {
        try {
            return new LdapName(subject)
                    .getRdns().stream()
                            .filter(part -> part.getType().equalsIgnoreCase("CN"))
                            .map(Rdn::getValue)
                            .map(Object::toString)
                            .reduce((first, last) -> last);
        } catch (InvalidNameException e) {
            return Optional.empty();
        }
    }
}
