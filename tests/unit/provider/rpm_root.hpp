// A root of the test's own with a real rpm database, and real packages for it, built and signed once for all tests. Needs root, for rpm changes its root.
#pragma once

#include <string>

#include "asking.hpp"
#include "support/scratch_directory.hpp"

namespace touchstone::test {

class Packages {
public:
    static const Packages& made() {
        static const Packages all;
        return all;
    }
    std::string path(const std::string& name) const { return directory_ / ("noarch/" + name + ".noarch.rpm"); }
    std::string key() const { return directory_ / "key"; }

private:
    Packages() {
        put_content(directory_ / "demo.spec", kSpec);
        shell(std::string(TOUCHSTONE_SOURCE_DIR) + "/tests/support/rpm-packages " + directory_.path() + " " + directory_ / "demo.spec" + " 1 2 unsigned 3");
    }

    static constexpr auto kSpec = R"(Name: demo
Version: %{v}
Release: 1
Summary: A demonstration
License: none
BuildArch: noarch
%description
None.
%install
cd %{buildroot}
mkdir -p usr/bin etc/demo var/log usr/share/doc
echo tool %{v} >usr/bin/tool
echo setting %{v} >etc/demo/demo.conf
echo setting %{v} >etc/demo/replaced.conf
echo only in %{v} >usr/bin/only-%{v}
echo text >usr/share/doc/text
ln -s tool usr/bin/alias
ln usr/bin/tool usr/bin/other
: >var/log/demo.log
%files
%attr(0755,root,root) /usr/bin/tool
%attr(0755,root,root) /usr/bin/other
%caps(cap_net_raw=ep) %attr(0755,root,root) /usr/bin/only-%{v}
/usr/bin/alias
%dir %attr(0750,root,daemon) /etc/demo
%config(noreplace) /etc/demo/demo.conf
%config /etc/demo/replaced.conf
%ghost /var/log/demo.log
%verify(not mode) /usr/share/doc/text
)";

    ScratchDirectory directory_;
};

class RpmRoot {
public:
    explicit RpmRoot(bool with_key = true) {
        shell("mkdir -p " + path("/etc") + " && cp /etc/passwd /etc/group " + path("/etc"));
        if (with_key)
            shell("rpmkeys " + options() + " --import " + Packages::made().key());
        else
            shell("rpm " + options() + " --initdb");
    }
    void rpm(const std::string& arguments) const { shell("rpm " + options() + " --nodeps --nosignature --noplugins " + arguments); }
    void install(const std::string& package) const { rpm("-U " + Packages::made().path(package)); }
    std::string path(const std::string& below) const { return directory_.path() + below; }
    const std::string& path() const { return directory_.path(); }
    std::string database() const { return path("/var/lib/rpm/rpmdb.sqlite"); }

private:
    std::string options() const { return "--root " + directory_.path() + " --define '_dbpath /var/lib/rpm'"; }
    ScratchDirectory directory_;
};

}  // namespace touchstone::test
