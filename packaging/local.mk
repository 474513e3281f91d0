# SPDX-License-Identifier: Apache-2.0
EXTRA_DIST += packaging/systemd/propd.service.in packaging/systemd/propd.env packaging/Dockerfile .dockerignore \
	debian/changelog debian/control debian/copyright debian/rules debian/source/format \
	debian/propctl.install debian/propd.README.Debian debian/propd.docs debian/propd.examples debian/propd.install \
	debian/python3-propd.docs debian/python3-propd.install \
	debian/tests/control debian/tests/main-job

# The unit names the folders that propd was configured for, which make alone knows in full.
packaging/systemd/propd.service: packaging/systemd/propd.service.in Makefile
	$(AM_V_GEN)$(MKDIR_P) $(@D) && sed -e 's|@bindir[@]|$(bindir)|g' -e 's|@sysconfdir[@]|$(sysconfdir)|g' \
		$(srcdir)/packaging/systemd/propd.service.in > $@

dist_noinst_DATA = packaging/systemd/propd.socket packaging/systemd/propd.sysusers
CLEANFILES += packaging/systemd/propd.service
if WITH_SYSTEMD
systemdsystemunit_DATA = packaging/systemd/propd.service packaging/systemd/propd.socket

install-data-local:
	$(MKDIR_P) "$(DESTDIR)$(sysusersdir)"
	$(INSTALL_DATA) $(srcdir)/packaging/systemd/propd.sysusers "$(DESTDIR)$(sysusersdir)/propd.conf"
uninstall-local:
	rm -f "$(DESTDIR)$(sysusersdir)/propd.conf"
endif
AM_DISTCHECK_CONFIGURE_FLAGS = --with-systemdsystemunitdir='$$dc_install_base/units' --with-sysusersdir='$$dc_install_base/sysusers'
