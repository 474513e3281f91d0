# SPDX-License-Identifier: Apache-2.0
libengine_la_SOURCES += engine/shape.c engine/shape.h engine/layer.h engine/network.c engine/network.h engine/loss.h
