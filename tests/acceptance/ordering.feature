Feature: Ordering

  A registrant knows what is held, what it costs, until when, and what may still be changed. What was bought stays
  bought, and a seat goes to people who get tickets for it.

  Background:
    Given a published conference with 10 "Full conference" at 120.00, 2 "Dinner" at 35.50 and 5 free "Speaker"

  Scenario: Seats are counted type by type
    When Rita orders 2 "Full conference" and 1 "Dinner"
    Then 8 "Full conference", 1 "Dinner" and 5 "Speaker" are left

  Scenario: An unknown seat type refuses the whole order
    When Rita orders 2 "Full conference" and 1 "Helicopter"
    Then Rita is told "There is no such seat type."
    And 10 "Full conference" are left
    When Rita orders 2 "Full conference"
    And Rita changes the order to 1 "Full conference" and 1 "Helicopter"
    Then Rita is told "There is no such seat type."
    And 8 "Full conference" are left

  Scenario: A changed order keeps what it holds and gets what is left besides
    When Sam orders 1 "Dinner"
    And Rita orders 1 "Dinner"
    And Rita changes the order to 2 "Dinner"
    Then 1 of 2 "Dinner" are held for Rita, and it costs 35.50
    When Sam gives up the order
    And Rita changes the order to 2 "Dinner"
    Then 2 of 2 "Dinner" are held for Rita, and it costs 71.00
    And 0 "Dinner" are left

  Scenario: Seats that are no longer wanted are free at once
    When Rita orders 2 "Full conference" and 1 "Dinner"
    And Rita changes the order to 1 "Full conference"
    Then 9 "Full conference", 2 "Dinner" and 5 "Speaker" are left

  Scenario: When nothing is left the order says so
    When Sam orders 2 "Dinner"
    And Rita orders 1 "Dinner"
    Then 0 of 1 "Dinner" are held for Rita, and it costs 0.00
    And Rita's order is partially_reserved
    When Rita starts to pay
    Then Rita is told "No seats are held for this order, so there is nothing to confirm."

  Scenario: The same order sent twice is one order
    When Rita orders 2 "Full conference"
    And Rita's browser sends the order again
    Then it is the same order
    And 8 "Full conference" are left

  Scenario: What was bought stays bought, whatever comes late
    Given Rita bought 2 "Full conference"
    When Rita's browser sends the order again
    And the provider says that it was paid
    And the provider says that it was refused
    And Rita changes the order to 1 "Full conference"
    Then Rita's order is confirmed
    And Rita has 2 seats to give to people
    And 8 "Full conference" are left

  Scenario: A confirmation sells the seats that were held
    When Rita orders 2 "Dinner"
    Then of the "Dinner" the organizer sees 0 left, 2 held, 0 sold and 0 on loan
    When Rita starts to pay
    And the provider says that it was paid
    Then of the "Dinner" the organizer sees 0 left, 0 held, 2 sold and 0 on loan

  Scenario: An order that is given up gives its seats back, once
    When Rita orders 2 "Dinner"
    And Rita gives up the order
    Then Rita's order is cancelled
    And 2 "Dinner" are left
    When Sam orders 1 "Dinner"
    And Rita gives up the order
    Then 1 "Dinner" are left

  Scenario: An order whose time is over gives nothing back a second time
    When Rita orders 2 "Dinner"
    And 15 minutes pass
    And whatever is due is done
    And Sam orders 1 "Dinner"
    And Rita gives up the order
    Then Rita is told "The time to complete this order is over, and its seats were released."
    And 1 "Dinner" are left

  Scenario: Sold seats come back only when they are cancelled
    Given Rita bought 2 "Dinner"
    When 3000 minutes pass
    And whatever is due is done
    Then 0 "Dinner" are left
    When the organizer cancels seat 0 of Rita's order
    Then 1 "Dinner" are left
    And Rita's order costs 35.50
    And the organizer is asked to refund 35.50 to Rita, because seats were cancelled
    When the organizer cancels seat 0 of Rita's order
    Then 1 "Dinner" are left

  Scenario: A registrant cancels a seat as long as the conference allows it
    Given registrants may cancel until 7 days before the conference
    And Rita bought 2 "Full conference"
    When Rita cancels seat 0
    Then 9 "Full conference" are left
    When 14400 minutes pass
    And Rita cancels seat 1
    Then Rita is told "Confirmed seats can no longer be cancelled here. Ask the organizer."
    And 9 "Full conference" are left

  Scenario: An order costs the server the same, however many there are
    Given the organizer sells 100 "Visitor" at 10.00
    When Rita orders 1 "Visitor"
    And 30 other people order 1 "Visitor" each
    Then the last of them changed as many rows as the first
    When Rita gives up the order
    Then 70 "Visitor" are left

  Scenario: Every seat is left, held, sold or on loan to a desk
    Given Rita bought 2 "Full conference"
    When Sam orders 3 "Full conference"
    And the organizer's desk borrows 1 "Full conference"
    Then of the "Full conference" the organizer sees 4 left, 3 held, 2 sold and 1 on loan
    When Tom orders 9 "Full conference"
    Then of the "Full conference" the organizer sees 0 left, 7 held, 2 sold and 1 on loan

  Scenario Outline: An order must make sense
    When Sam orders <wanted>
    Then Sam is told "<sentence>"
    When Rita orders 1 "Dinner"
    And Rita changes the order to <wanted>
    Then Rita is told "<sentence>"
    And 1 of 1 "Dinner" are held for Rita, and it costs 35.50
    And 10 "Full conference", 1 "Dinner" and 5 "Speaker" are left

    Examples:
      | wanted                               | sentence                                    |
      | 0 "Dinner"                           | Choose at least one seat.                   |
      | 1 "Dinner" and -1 "Full conference"  | Quantity must be between 0 and 100000.      |
      | 1 "Dinner" and 1 "Dinner"            | A seat type stands twice in the order.      |

  Scenario: It is recorded what became of every order
    When Sam orders 1 "Dinner"
    And Rita orders 2 "Dinner"
    And Rita changes the order to 1 "Dinner"
    And Rita starts to pay
    And the provider says that it was paid
    And the organizer cancels seat 0 of Rita's order
    And Sam gives up the order
    And Tom orders 1 "Dinner"
    And 15 minutes pass
    And whatever is due is done
    Then Rita's order was placed, named, partially_reserved, updated, reserved, confirmed and needed attention
    And Sam's order was placed, named, reserved and cancelled
    And Tom's order was placed, named, reserved and expired

  Scenario: Each line is rounded by itself, half to even, after its discount
    Given the organizer sells 10 "Coffee" at 0.05
    And the organizer sells 10 "Tea" at 0.05
    And the code "TENTH" takes 10 % off
    When Rita orders 1 "Coffee" and 1 "Tea" with the code "TENTH"
    Then Rita's order costs 0.08
    When Rita changes the order to 3 "Coffee"
    Then Rita's order costs 0.14

  Scenario: The price is known when ordered, after a change, and when seats are short
    When Sam orders 1 "Dinner"
    And Rita orders 2 "Full conference"
    Then Rita's order costs 240.00
    When Rita changes the order to 1 "Full conference" and 1 "Dinner"
    Then Rita's order costs 155.50
    When Rita changes the order to 1 "Full conference" and 2 "Dinner"
    Then Rita's order costs 155.50

  Scenario: Nothing to pay still needs a seat, a name, and a price of nothing
    When Rita orders 1 "Speaker" without a name
    And Rita confirms without paying
    Then Rita is told "Give your name and e-mail address first."
    When Rita gives the name
    And Rita confirms without paying
    Then Rita's order is confirmed
    When Sam orders 4 "Speaker"
    And Tom orders 1 "Speaker"
    And Tom confirms without paying
    Then Tom is told "No seats are held for this order, so there is nothing to confirm."
    When Tom orders 1 "Full conference"
    And Tom confirms without paying
    Then Tom is told "This order must be paid to be confirmed."

  Scenario: Confirming a free order accepts fewer seats than were wanted
    When Sam orders 4 "Speaker"
    And Rita orders 2 "Speaker"
    Then Rita's order is partially_reserved
    When Rita confirms without paying
    Then Rita's order is confirmed
    And Rita has 1 seat to give to people

  Scenario: Starting to pay accepts fewer seats than were wanted
    When Sam orders 1 "Dinner"
    And Rita orders 2 "Dinner"
    And Rita starts to pay
    Then the provider is asked for 35.50
    When the provider says that it was paid
    Then Rita's order is confirmed
    And Rita has 1 seat to give to people

  Scenario: Whoever gets fewer seats than wanted sees which are short, and adjusts the order
    When Sam orders 1 "Dinner"
    And Rita orders 2 "Dinner" and 2 "Full conference"
    Then 1 of 2 "Dinner" and 2 of 2 "Full conference" are held for Rita
    And Rita's order is partially_reserved
    When Rita changes the order to 1 "Dinner" and 1 "Full conference"
    Then Rita's order is reserved
    And Rita's order costs 155.50

  Scenario: An unpublished conference takes no new orders, and those that there are go on
    When Rita orders 1 "Dinner"
    And the organizer unpublishes the conference
    And Sam orders 1 "Dinner"
    Then Sam is told "This conference takes no orders at present."
    When Rita changes the order to 2 "Dinner"
    Then 2 of 2 "Dinner" are held for Rita, and it costs 71.00
    When Rita starts to pay
    And the provider says that it was paid
    Then Rita's order is confirmed
    And Rita has 2 seats to give to people

  Scenario: Another price or name changes no order that was priced
    When Rita orders 1 "Dinner"
    And the organizer sells the "Dinner" as "Gala" at 50.00
    Then Rita's order is for 1 "Dinner" at 35.50
    When Sam orders 1 "Dinner"
    Then Sam's order is for 1 "Gala" at 50.00

  Scenario: The hold ends by the server's clock
    When Rita orders 1 "Dinner"
    Then Rita has 15 minutes left
    When 14 minutes pass
    Then Rita has 1 minutes left
    And Rita's order is reserved
    When 1 minutes pass
    Then Rita's order is expired

  Scenario: Changing an order gives no more time
    When Rita orders 1 "Dinner"
    And 10 minutes pass
    And Rita changes the order to 2 "Dinner"
    Then Rita has 5 minutes left

  Scenario: Starting to pay gives ten minutes, once
    When Rita orders 1 "Dinner"
    And Sam orders 1 "Dinner"
    And 4 minutes pass
    And Sam starts to pay
    Then Sam has 11 minutes left
    When 6 minutes pass
    And Rita starts to pay
    Then Rita has 10 minutes left
    When 5 minutes pass
    And the provider says that it was refused
    And Rita starts to pay
    Then Rita has 5 minutes left

  Scenario: After its time an order is expired for everything, before anybody looked at the clock
    Given the code "TENTH" takes 10 % off
    When Rita orders 1 "Dinner" and 1 "Speaker"
    And the server forgets to look at the clock
    And 15 minutes pass
    Then Rita can neither pay, confirm, change, discount, rename nor give up the order, because it expired
    And Rita's order is expired

  Scenario: While a payment is under way the order stays as it is
    When Rita orders 1 "Dinner"
    And Rita starts to pay
    And Rita changes the order to 2 "Dinner"
    Then Rita is told "A payment for this order is under way. Cancel it first."
    And 1 "Dinner" are left
    When Rita cancels the payment
    And Rita changes the order to 2 "Dinner"
    Then 2 of 2 "Dinner" are held for Rita, and it costs 71.00

  Scenario: A confirmed order changes only by what is meant for that
    Given registrants may cancel until 0 days before the conference
    And Rita bought 3 "Full conference"
    When Rita changes the order to 1 "Full conference"
    Then Rita is told "This order is confirmed and can no longer be changed this way."
    And Rita has 3 seats to give to people
    When Rita gives seat 1 to Bo
    And Rita cancels seat 0
    Then Rita's order costs 240.00
    And the organizer is asked to refund 120.00 to Rita, because seats were cancelled
    When the organizer pays 120.00 back to Rita
    Then Rita's order says that 120.00 was returned
    And nobody must look at Rita's money

  Scenario: An order is named by six characters that are no secret
    When Rita orders 1 "Full conference"
    And 20 other people order 1 "Speaker" each
    Then no two orders have the same locator of six unmistakable characters
    And Rita's locator in the place of the secret opens nothing

  Scenario: The mailed link has a secret of 130 bits, which the server does not store
    When Rita orders 1 "Full conference"
    Then the link in the mail to Rita has a secret of 26 characters of 5 bits
    And nothing that the server stores has Rita's secret

  Scenario: A wrong guess costs the server as much as a right one
    When Rita orders 1 "Full conference"
    Then a wrong locator, and a wrong address, take as many looks into the database as the right ones

  Scenario: The last seats are sold once, however many want them at a time
    When 8 people order 1 "Dinner" at the same moment
    Then 2 of them hold 1 "Dinner" each
    And of the "Dinner" the organizer sees 0 left, 2 held, 0 sold and 0 on loan

  Scenario: Each seat that was bought is there to be given away, in the order of the lines
    When Rita orders 1 "Dinner" and 2 "Full conference"
    Then Rita has 0 seats to give to people
    When Rita starts to pay
    And the provider says that it was paid
    Then Rita's seats are "Dinner", "Full conference" and "Full conference"

  Scenario: A seat that the order does not have cannot be given away
    Given Rita bought 2 "Full conference"
    When Rita gives seat 2 to Bo
    Then Rita is told "This order has no such seat."
    And the seats are of nobody and nobody

  Scenario: All, some or none of the seats may have people
    Given Rita bought 3 "Full conference"
    Then the seats are of nobody, nobody and nobody
    When Rita gives seat 1 to Bo
    Then the seats are of nobody, Bo and nobody
    When Rita gives seat 0 to Cy
    And Rita gives seat 2 to Dee
    Then the seats are of Cy, Bo and Dee
