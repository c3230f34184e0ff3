package dev.rustyrun.request;

import dev.rustyrun.network.EgressPolicy;
import dev.rustyrun.spec.InvalidSpecException;
import java.util.List;

/** Which hosts a container that runs may reach from now on. */
public final class AllowRequest {

    @RequestField(
            json = "allow",
            inJson = "The hosts that it may reach from now on, HOST[:PORT]; none for an empty list.",
            example = "[\"*.example.org:443\"]")
    private List<String> allowed;

    /**
     * The hosts.
     *
     * @throws FieldException when they are missing, or one is not HOST[:PORT]
     */
    public List<String> hosts() {
        if (allowed == null) {
            throw FieldException.at("/allow", "allow is missing");
        }
        try {
            EgressPolicy.of(allowed);
        } catch (InvalidSpecException e) {
            throw FieldException.at("/allow", e.getMessage());
        }
        return allowed;
    }
}
