#include <sys/stat.h>
#include <unistd.h>

#include "asking.hpp"
#include "ignition/data_url.hpp"
#include "ignition/provider.hpp"
#include "support/scratch_directory.hpp"

namespace touchstone {
namespace {

using test::ask;
using test::covers;

// A configuration in a file of root's, over a tree that is as it says unless a test changes it.
class Rendered {
public:
    std::string path(const std::string& name) const { return directory_ / name; }
    std::string config() const { return path("config.json"); }

    void write(const std::string& storage, const std::string& rest = "") const {
        test::put_content(config(), R"({"ignition": {"version": "3.2.0"}, "storage": {)" + storage + "}" + rest + "}");
    }
    // One file, with keys besides its path.
    void write_file(const std::string& keys) const { write(R"("files": [{"path": ")" + path("file") + R"(", )" + owner() + keys + "}]"); }
    std::string owner() const {
        return R"("user": {"id": )" + std::to_string(::geteuid()) + R"(}, "group": {"id": )" + std::to_string(::getegid()) + "}";
    }
    std::unique_ptr<Provider> opened() const {
        auto provider = open_ignition({config()});
        if (!provider) FAIL(provider.error().what);
        return std::move(*provider);
    }
    std::string refusal() const {
        const auto provider = open_ignition({config()});
        REQUIRE_FALSE(provider);
        CHECK(provider.error().kind == ErrorKind::bad_input);
        CHECK(provider.error().what.starts_with(config() + ": "));
        return provider.error().what.substr(config().size() + 2);
    }

private:
    test::ScratchDirectory directory_;
};

TEST_CASE("ignition: a file as configured is vouched for, whatever way its contents are written") {
    const Rendered rendered;
    test::put_content(rendered.path("file"), "hello world\n");
    REQUIRE(::chmod(rendered.path("file").c_str(), 0640) == 0);
    const auto source = GENERATE(as<std::string>(), R"("source": "data:,hello%20world%0A")", R"("source": "data:text/plain;charset=utf-8;base64,aGVsbG8gd29ybGQK")",
                                 R"("source": "data:;base64,aGVsbG8g%0D%0Ad29ybGQK%0A")",
                                 R"("source": "data:;base64,H4sIAAAAAAAAA8tIzcnJVyjPL8pJ4QIALTsIrwwAAAA=", "compression": "gzip")",
                                 R"("source": "https://example.org/file", "verification": {"hash":
                                     "sha512-db3974a97f2407b7cae1ae637c0030687a11913274d578492558e39c16c017de84eacdc8c62fe34ee4e12b4b1428817f09b6a2760c3f8a664ceae94d2434a593"})");
    INFO(source);
    rendered.write_file(R"(, "mode": 416, "contents": {)" + source + "}");
    const auto provider = rendered.opened();
    const auto asked = ask(*provider, rendered.path("file"));
    REQUIRE(asked.vouched());
    for (const auto* each : {"type", "mode", "uid", "gid", "content"}) CHECK(covers(*asked.vouched(), each));
    CHECK_FALSE(covers(*asked.vouched(), "xattr.user.x"));
    CHECK(asked.vouched()->evidence.source == rendered.config());
    CHECK_FALSE(asked.vouched()->evidence.weak);
    CHECK(ask(*provider, rendered.path("other")).silent());

    SECTION("another content is contradicted") {
        test::put_content(rendered.path("file"), "hello wOrld\n");
        CHECK(ask(*provider, rendered.path("file")).contradicted());
    }
    SECTION("another mode is contradicted") {
        REQUIRE(::chmod(rendered.path("file").c_str(), 0644) == 0);
        CHECK(ask(*provider, rendered.path("file")).contradicted()->evidence.reason == "mode is 0644, not 0640");
    }
    SECTION("gone") {
        REQUIRE(::unlink(rendered.path("file").c_str()) == 0);
        CHECK(ask(*provider, rendered.path("file")).contradicted()->evidence.reason == "it is gone");
    }
}

TEST_CASE("ignition: a content that is not known as a whole is not vouched for") {
    const Rendered rendered;
    test::put_content(rendered.path("file"), "x");
    REQUIRE(::chmod(rendered.path("file").c_str(), 0644) == 0);
    const auto keys = GENERATE(as<std::string>(), "", R"(, "append": [{"source": "data:,x"}])", R"(, "contents": {"source": "https://example.org/x"})");
    rendered.write_file(keys);
    const auto asked = ask(*rendered.opened(), rendered.path("file"));
    REQUIRE(asked.vouched());
    CHECK(covers(*asked.vouched(), "mode"));
    CHECK_FALSE(covers(*asked.vouched(), "content"));
}

TEST_CASE("ignition: directories, links, owners by name") {
    const Rendered rendered;
    test::shell("mkdir -m 0700 " + rendered.path("dir") + " && ln -s there " + rendered.path("link"));
    rendered.write(R"("directories": [{"path": ")" + rendered.path("dir") + R"(", "mode": 448, "user": {"name": "root"}, )" + R"("group": {"name": "no such group"}}],
                   "links": [{"path": ")" + rendered.path("link") + R"(", "target": "there", )" + rendered.owner() + R"(},
                             {"path": ")" + rendered.path("hard") + R"(", "target": "there", "hard": true}])");
    const auto provider = rendered.opened();
    const auto directory = ask(*provider, rendered.path("dir"));
    CHECK((directory.vouched() != nullptr) == (::geteuid() == 0));
    if (directory.vouched()) CHECK_FALSE(covers(*directory.vouched(), "gid"));
    CHECK(ask(*provider, rendered.path("link")).vouched());
    CHECK(ask(*provider, rendered.path("hard")).silent());
    test::shell("ln -sfn elsewhere " + rendered.path("link"));
    CHECK(ask(*provider, rendered.path("link")).contradicted()->evidence.reason == "link target is elsewhere, not there");
}

TEST_CASE("ignition: units of a MachineConfig") {
    const Rendered rendered;
    test::put_content(rendered.config(), R"({"apiVersion": "machineconfiguration.openshift.io/v1", "kind": "MachineConfig", "metadata": {"name": "rendered-worker-1"},
        "spec": {"config": {"ignition": {"version": "3.4.0"}, "systemd": {"units": [
            {"name": "touchstone-none.service", "enabled": true, "contents": "[Unit]\n", "dropins": [{"name": "10-x.conf", "contents": "[Service]\n"}]},
            {"name": "touchstone-masked.service", "mask": true}]}}}})");
    const auto provider = rendered.opened();
    for (const auto* path : {"/etc/systemd/system/touchstone-none.service", "/etc/systemd/system/touchstone-none.service.d/10-x.conf", "/etc/systemd/system/touchstone-masked.service"}) {
        const auto asked = ask(*provider, path);
        REQUIRE(asked.contradicted());  // it says what should be there, and nothing is
        CHECK(asked.contradicted()->evidence.source == "rendered-worker-1 (" + rendered.config() + ")");
    }
}

TEST_CASE("ignition: a configuration that is not one is refused, and where") {
    const Rendered rendered;
    const auto refused = [&](const std::string& storage, const std::string& why) {
        rendered.write(storage);
        CHECK(rendered.refusal() == why);
    };
    refused(R"("files": 7)", "storage.files: this must be a list");
    refused(R"("files": [{"path": "/a"}, {"mode": 1}])", "storage.files[1].path: this is missing");
    refused(R"("files": [{"path": "etc"}])", "storage.files[0].path: 'etc' is not a plain absolute path");
    refused(R"("files": [{"path": "/a/../etc"}])", "storage.files[0].path: '/a/../etc' is not a plain absolute path");
    refused(R"("files": [{"path": "/a", "mode": "0644"}])", "storage.files[0].mode: this must be a number from 0 to 4095");
    refused(R"("files": [{"path": "/a", "mode": -1}])", "storage.files[0].mode: this must be a number from 0 to 4095");
    refused(R"("files": [{"path": "/a"}, {"path": "/a"}])", "storage.files[1]: it is not the first of the path /a");
    refused(R"("files": [{"path": "/a", "contents": {"source": "data:;base64,%%"}}])", "storage.files[0].contents.source: '%%' is not a percent-encoded byte");
    for (const std::string wrong : {"abc", "QQ==QQ==", "QQ==    ", "    QQ==", "Q===", "QQ%00="})
        refused(R"("files": [{"path": "/a", "contents": {"source": "data:;base64,)" + wrong + R"("}}])", "storage.files[0].contents.source: it is not base64");
    refused(R"("files": [{"path": "/a", "contents": {"source": "data:,x", "compression": "gzip"}}])", "storage.files[0].contents.source: it is not gzip, or cut short");
    refused(R"("files": [{"path": "/a", "contents": {"source": "data:,x", "verification": {"hash": "md5-00"}}}])",
            "storage.files[0].contents.verification.hash: this must be sha256- or sha512- and the digest in hex");
    refused(R"("files": [{"path": "/a", "contents": {"source": "data:,x", "verification": {"hash": "sha256-)" + std::string(64, '0') + R"("}}}])",
            "storage.files[0].contents.verification.hash: it is not that of the contents");
    test::put_content(rendered.config(), R"({"ignition": {"version": "2.2.0"}})");
    CHECK(rendered.refusal() == "ignition.version: '2.2.0' is not a version 3");
    test::put_content(rendered.config(), R"({"kind": "Pod"})");
    CHECK(rendered.refusal() == "kind: this must be MachineConfig");
    test::put_content(rendered.config(), "[");
    CHECK(rendered.refusal().find("parse error") != std::string::npos);
    test::put_content(rendered.config(), std::string(1 << 20, '['));
    CHECK(rendered.refusal().find("parse error") != std::string::npos);
}

TEST_CASE("ignition: what others could write authorizes nothing") {
    const Rendered rendered;
    rendered.write("");
    REQUIRE(::chmod(rendered.config().c_str(), 0664) == 0);
    CHECK(rendered.refusal().starts_with("others than root may write it"));
    REQUIRE(::chmod(rendered.config().c_str(), 0644) == 0);
    REQUIRE(::chmod(rendered.path("").c_str(), 0777) == 0);
    CHECK(rendered.refusal().starts_with("others than root may write it"));
}

TEST_CASE("ignition: it is read again when it changes, and silent while it is broken") {
    const Rendered rendered;
    test::put_content(rendered.path("file"), "new");
    rendered.write_file(R"(, "contents": {"source": "data:,older"})");
    const auto provider = rendered.opened();
    CHECK_FALSE(ask(*provider, rendered.path("file")).vouched());
    rendered.write_file(R"(, "contents": {"source": "data:,new"})");
    CHECK(ask(*provider, rendered.path("file")).vouched());

    test::put_content(rendered.config(), "{");
    for (int i = 0; i < 2; ++i) {
        const auto asked = ask(*provider, rendered.path("file"));
        CHECK_FALSE(asked.status);
        CHECK(asked.claims.empty());
    }
    REQUIRE(::unlink(rendered.config().c_str()) == 0);
    CHECK_FALSE(ask(*provider, rendered.path("file")).status);
    rendered.write_file(R"(, "contents": {"source": "data:,new"})");
    CHECK(ask(*provider, rendered.path("file")).vouched());
}

TEST_CASE("ignition: contents that grow without end are given up") {
    std::string bomb("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03", 10);
    const test::ScratchDirectory scratch;
    test::shell("head -c 3000000 /dev/zero | gzip -n >" + scratch / "bomb.gz");
    CHECK_FALSE(ignition::gunzip(test::content_of(scratch / "bomb.gz"), 1 << 20));
    CHECK(ignition::gunzip(test::content_of(scratch / "bomb.gz"), 3000000)->size() == 3000000);
    CHECK_FALSE(ignition::gunzip(bomb, 1 << 20));
    CHECK_FALSE(ignition::gunzip("", 1 << 20));
}

TEST_CASE("ignition: none is set up, or one is not there") {
    CHECK(*open_ignition({}) == nullptr);
    CHECK(open_ignition({"/nowhere/config.json"}).error().kind == ErrorKind::system);
}

}  // namespace
}  // namespace touchstone
