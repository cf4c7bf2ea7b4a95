package dev.wwts.server;

import jakarta.servlet.DispatcherType;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.oauth2.core.DefaultOAuth2AuthenticatedPrincipal;
import org.springframework.security.oauth2.server.resource.introspection.BadOpaqueTokenException;
import org.springframework.security.oauth2.server.resource.introspection.OpaqueTokenIntrospector;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.firewall.HttpFirewall;
import org.springframework.security.web.firewall.StrictHttpFirewall;
import org.springframework.web.cors.CorsConfiguration;

/** Who may ask for what, and what browsers are told. */
@Configuration(proxyBeanMethods = false)
class SecurityConfiguration {
  private static final String[] OPEN = {
    "/",
    "/index.html",
    "/app/**",
    "/v2/health/**",
    "/actuator/health/**",
    "/v3/api-docs/**",
    "/swagger-ui/**",
    "/swagger-ui.html"
  };
  private static final Set<String> LOCAL = Set.of("localhost", "127.0.0.1", "[::1]", "::1");

  /** Swagger's page styles itself, so that styles in the page are allowed; scripts are not. */
  private static final String POLICY =
      "default-src 'none'; script-src 'self'; style-src 'self' %s; img-src 'self' data: blob:; "
          + "connect-src 'self'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

  @Bean
  Access access(
      org.springframework.boot.web.server.autoconfigure.ServerProperties server,
      ServerProperties properties) {
    return Access.of(server.getAddress(), properties);
  }

  @Bean
  OpaqueTokenIntrospector introspector(Access access) {
    return token -> {
      if (!access.allows(token)) {
        throw new BadOpaqueTokenException("The token is another one.");
      }
      return new DefaultOAuth2AuthenticatedPrincipal("bearer", Map.of("sub", "bearer"), List.of());
    };
  }

  @Bean
  SecurityFilterChain swaggerSecurity(HttpSecurity http) {
    http.securityMatcher("/swagger-ui/**", "/swagger-ui.html");
    http.headers(
        it -> it.contentSecurityPolicy(p -> p.policyDirectives(policy("'unsafe-inline'"))));
    return http.authorizeHttpRequests(it -> it.anyRequest().permitAll()).build();
  }

  @Bean
  SecurityFilterChain security(HttpSecurity http, Access access) {
    // nothing here goes by cookies, so there is nothing to forge; pages of others are refused by
    // CORS
    http.csrf(it -> it.disable())
        .cors(it -> it.configurationSource(request -> new CorsConfiguration()))
        .sessionManagement(it -> it.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
        .requestCache(it -> it.disable())
        .headers(
            it ->
                it.contentSecurityPolicy(p -> p.policyDirectives(policy("")))
                    .referrerPolicy(
                        p ->
                            p.policy(
                                org.springframework.security.web.header.writers
                                    .ReferrerPolicyHeaderWriter.ReferrerPolicy.NO_REFERRER)));
    if (access.token().isEmpty()) {
      return http.authorizeHttpRequests(it -> it.anyRequest().permitAll()).build();
    }
    return http.authorizeHttpRequests(
            it ->
                it.dispatcherTypeMatchers(DispatcherType.ERROR)
                    .permitAll()
                    .requestMatchers(OPEN)
                    .permitAll()
                    .anyRequest()
                    .authenticated())
        .oauth2ResourceServer(it -> it.opaqueToken(token -> {}))
        .build();
  }

  private static String policy(String styles) {
    return POLICY.formatted(styles).replace(" ;", ";");
  }

  /**
   * Where this machine alone is answered without a token, a page of others must not reach it by a
   * name of its own that resolves to loopback.
   */
  @Bean
  HttpFirewall firewall(Access access) {
    StrictHttpFirewall firewall = new StrictHttpFirewall();
    if (access.local() && access.token().isEmpty()) {
      firewall.setAllowedHostnames(LOCAL::contains);
    }
    return firewall;
  }
}
