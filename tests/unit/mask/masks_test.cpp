// What is secret in a line, and what only looks like it.
#include <catch2/catch.hpp>

#include "text.hpp"

using namespace touchstone;
using touchstone::test::masked;

TEST_CASE("a value is masked by the name that it has") {
    const auto [line, expected] = GENERATE(table<std::string, std::string>({
        {"password = hunter2", "password = ********"},
        {"PGPASSWORD=hunter2", "PGPASSWORD=********"},
        {"export DB_PASSWORD='a \\' b' # x", "export DB_PASSWORD='********' # x"},
        {"  \"password\": \"hun\\\"ter\", \"user\": \"joe\"", "  \"password\": \"********\", \"user\": \"joe\""},
        {"my password: two words", "my password: ********"},
        {"rootpw => x", "rootpw => ********"},
        {"bind_pw: x", "bind_pw: ********"},
        {"dbPass=x", "dbPass=********"},
        {"client_secret = x", "client_secret = ********"},
        {"API-KEY: x", "API-KEY: ********"},
        {"aws_secret_access_key = wJalrXUtnFEMI/K7MDENG", "aws_secret_access_key = ********"},
        {"SECRET_KEY_BASE=x", "SECRET_KEY_BASE=********"},
        {"  psk=\"my wlan\"", "  psk=\"********\""},
        {"PresharedKey = xyz=", "PresharedKey = ********"},
        {"access_token+=x", "access_token+=********"},
        {"password_hash: x", "password_hash: ********"},
        {"SetCredential=name:x", "SetCredential=********"},
        {"<add name=\"x\"><dbPassword type=\"t\">hunter2</dbPassword>", "<add name=\"x\"><dbPassword type=\"t\">********</dbPassword>"},
        {"ExecStart=/bin/x --api-token abc", "ExecStart=/bin/x --api-token ********"},
        {"ExecStart=/bin/x --password=abc -v", "ExecStart=/bin/x --password=********"},
        {"requirepass foobared", "requirepass ********"},
        {"machine h login joe password hunter2", "machine h login joe password ********"},
        {"  secret \"c2VjcmV0\";", "  secret \"********\";"},
        {"rocommunity public 10.0.0.0/8", "rocommunity ********"},
        {"    client-key-data: LS0tLS1", "    client-key-data: ********"},
    }));
    CHECK(masked(line) == expected);
}

TEST_CASE("a secret is masked by its form, or by what stands around it") {
    const auto [line, expected] = GENERATE(table<std::string, std::string>({
        {"Authorization: Bearer abc.def", "Authorization: ********"},
        {"curl -H \"Authorization: Basic dTpw\" x", "curl -H \"Authorization: ********"},
        {"header Bearer abcdefgh1234", "header Bearer ********"},
        {"Set-Cookie: id=1", "Set-Cookie: ********"},
        {"url = https://joe:hunter2@example.org/x", "url = https://joe:********@example.org/x"},
        {"redis://:p@ss@host", "redis://:********@ss@host"},
        {"curl -s -u joe:hunter2 https://x", "curl -s -u joe:******** https://x"},
        {"sshpass -p x ssh h", "sshpass -p ******** ssh h"},
        {"key AKIAIOSFODNN7EXAMPLE.", "key ********."},
        {"x ghp_0123456789abcdefghijABCDEFGHIJ012345 y", "x ******** y"},
        {"jwt eyJhbGciOiJI.eyJzdWIiOiIx.c2ln", "jwt ********"},
        {"joe:$6$salt$0123456789abcdef/.:19000:0:99999:7:::", "joe:********:19000:0:99999:7:::"},
        {"joe:$y$j9T$abc$0123456789:19000:0:", "joe:********:19000:0:"},
        {"old:abJnggxhB/yWI:19000:0:", "old:********:19000:0:"},
        {"userPassword {SSHA}0c0blFTXXNuAMHECS4uxrj3ZieMoWImr", "userPassword ********"},
    }));
    CHECK(masked(line) == expected);
}

TEST_CASE("what only looks like a secret is shown, for it is what an attacker changes") {
    const auto line = GENERATE(as<std::string>(), "PasswordAuthentication no", "PermitEmptyPasswords=yes", "passwd_tries=3", "PASS_MAX_DAYS 99999",
                               "password\t[success=1 default=ignore]\tpam_unix.so obscure", "password requisite pam_permit.so", "-password optional pam_x.so",
                               "passwd:         files systemd", "shadow:  files [NOTFOUND=return] sss  # x", "joe ALL=(ALL:ALL) NOPASSWD: /bin/sh",
                               "%wheel ALL = (root) SETENV: NOPASSWD: ALL", "token:x:0:0::/root:/bin/sh", "secret:x:999:", "HostKey /etc/ssh/ssh_host_rsa_key",
                               "compass = north", "AuthorizedKeysFile .ssh/authorized_keys", "@include common-password", "password =", "password = \"\"",
                               "deb https://deb.debian.org:443/debian stable main", "ssh://git@example.org/x", "-----BEGIN CERTIFICATE-----",
                               "root:x:0:0:root:/root:/bin/bash", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5 joe@host", "monkey: banana", "tokenizer = fast");
    CHECK(masked(line) == line);
}

TEST_CASE("patterns of one's own: their groups, or all that they match") {
    CHECK(masked("pin 1234 for 5678", {"pin (\\d+)"}) == "pin ******** for 5678");
    CHECK(masked("badge 1234-77, badge 9", {"badge [\\d-]+"}) == "********, ********");
    CHECK(masked("naïve 1", {"na.ve (\\d)"}) == "naïve ********");
}

TEST_CASE("a pattern that is none is refused with what is wrong") {
    CHECK(fault_of_mask("(") == "missing ): (");
    CHECK(fault_of_mask("(?=x)"));
    CHECK(fault_of_mask(""));
    CHECK(fault_of_mask("x*"));
    CHECK(fault_of_mask(std::string(5000, 'x')));
    CHECK(fault_of_mask("((((((((((((((((((x))))))))))))))))))"));
    CHECK_FALSE(fault_of_mask("x+"));
    const auto refused = Mask::make({"("});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().kind == ErrorKind::bad_input);
}
