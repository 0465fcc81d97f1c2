Feature: Laptops are copied, servers are restored, networks vanish

  Nothing that somebody did is lost or done twice, and a human is told.

  Background:
    Given Ann's laptop, which may create conferences
    And Ann created the conference "Gathering" with 10 seats "Full conference"

  Scenario: The answer is lost on the way
    When Ann changes the tagline of the conference to "On a train"
    And the network vanishes while the server answers Ann
    And Ann is back on the network
    Then nothing of Ann's waits for the server
    And the server has the tagline "On a train"
    And the server heard of it once

  Scenario: A laptop was cloned
    Given Ann's laptop was copied to another one
    When Ann changes the tagline of the conference to "On a train"
    And the copy changes the location of the conference to "Oslo"
    And Ann is back on the network
    And the copy is back on the network
    And Ann is back on the network
    Then Ann and the copy see the tagline "On a train" and the location "Oslo"
    And the copy is told that it is a copy

  Scenario: The server is restored from a backup
    Given the server is backed up
    When Ann changes the tagline of the conference to "On a train"
    And Ann is back on the network
    And the server is restored from the backup
    Then the server has the tagline ""
    When Ann is back on the network
    Then the server has the tagline "On a train"
    And Ann is told that the server was restored

  Scenario: A tablet is revoked before it syncs
    Given a gate West with Bo's ticket let in while it had no network
    When Ann revokes West
    And Ann is back on the network
    And West is back on the network
    Then what happened at West is kept for a human to look at
